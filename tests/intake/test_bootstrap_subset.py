from __future__ import annotations

from tests.bootstrap_subset import HEAD, SUBSET, WHOLE, subset, used_classes

CSS = """@charset "utf-8";/* head */.btn{color:red}.btn,.card{margin:0}.btn:hover>.card{top:0}
.form-select{--img:url("data:image/svg+xml,%3csvg%3e");width:1px}
@media print{.btn{color:#000}.card{top:0}}p{margin:0}"""


def test_works() -> None:
    made = subset(CSS, frozenset({"btn", "form-select"}))
    assert made.split() == [
        ".btn{color:red}",
        ".btn{margin:0}",
        ".form-select{width:1px}",
        "@media",
        "print{.btn{color:#000}}",
    ]


def test_the_patients_pages_have_what_they_use() -> None:
    """When this fails: make intake-css."""
    assert SUBSET.read_text(encoding="utf-8") == HEAD + subset(WHOLE.read_text(encoding="utf-8"), used_classes())
