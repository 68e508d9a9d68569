// Buttons that only a script can serve stay hidden without one.
"use strict";

const canCopy = Boolean(navigator.clipboard);

function ready(root) {
  root.querySelectorAll("[data-print]").forEach((button) => { button.hidden = false; });
  root.querySelectorAll("[data-copy]").forEach((button) => { button.hidden = !canCopy; });
}

async function copy(button) {
  const source = document.getElementById(button.dataset.copy);
  const words = button.textContent;
  await navigator.clipboard.writeText(source.value ?? source.textContent);
  button.textContent = button.dataset.done;
  setTimeout(() => { button.textContent = words; }, 2000);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy], [data-print]");
  if (!button) return;
  if ("print" in button.dataset) window.print();
  else copy(button);
});
document.addEventListener("htmx:afterSettle", () => ready(document));
ready(document);
