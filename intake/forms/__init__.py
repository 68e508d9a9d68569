from intake.forms.topic import TopicForm

__all__ = ["TopicForm"]
