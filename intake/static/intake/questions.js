// A question whose condition comes true appears at once; one that no longer applies is switched off.
"use strict";

(() => {
  const form = document.querySelector("main form");
  document.querySelector(".tw-problem, .tw-note")?.focus();
  const conditional = [...form.querySelectorAll("[data-ask-if]")];
  if (!conditional.length) return;

  // null: not known, as for a question that is switched off.
  const answer = (slug) => {
    if (slug === "medicines") return takesMedicines();
    const tick = form.querySelector(`input[name^="list-"][type="checkbox"][value="${CSS.escape(slug)}"]`);
    if (tick?.checked) return "yes";
    const name = tick ? `${tick.name}-others` : slug;
    const chosen = form.querySelector(`input[name="${CSS.escape(name)}"]:checked:enabled`);
    return chosen ? chosen.value : null;
  };

  const takesMedicines = () => {
    const named = [...form.querySelectorAll("[data-drugs]")].some((input) => input.value.trim());
    if (named) return "yes";
    return form.querySelector('input[name="no-medicines"]:checked') ? "no" : null;
  };

  const isMet = (clause) => {
    const [slug, options] = clause.split("=");
    if (options !== undefined) return options.split("/").map((option) => option.trim()).includes(answer(slug));
    return clause.startsWith("!") ? answer(clause.slice(1)) === "no" : answer(clause) === "yes";
  };

  const holds = (text) => text.split("|").some((group) => group.split("+").every((clause) => isMet(clause.trim())));

  const update = () => {
    // Questions hang only on earlier ones of the page or on its controls, but a second round costs nothing.
    for (let round = 0; round < 2; round += 1) {
      for (const question of conditional) {
        const applies = holds(question.dataset.askIf);
        question.hidden = !applies;
        question.disabled = !applies;
      }
    }
  };

  form.addEventListener("change", update);
  form.addEventListener("input", update);
  update();
})();
