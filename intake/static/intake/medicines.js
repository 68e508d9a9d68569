"use strict";

(() => {
  const show = (part, isAsked) => {
    part.hidden = !isAsked;
    for (const input of part.querySelectorAll("input, select")) input.disabled = !isAsked;
  };

  // Once it has a name: whether it is still taken; then since when it is, or until when it was.
  const ask = (row) => {
    const isNamed = row.querySelector("[data-drugs]").value.trim() !== "";
    const still = row.querySelector('input[name^="still-"]:checked')?.value;
    show(row.querySelector("fieldset"), isNamed);
    for (const part of row.querySelectorAll("[data-still]")) show(part, isNamed && part.dataset.still === still);
  };

  for (const row of document.querySelectorAll(".tw-medicine")) {
    for (const type of ["input", "change"]) row.addEventListener(type, () => ask(row));
    ask(row);
  }
})();

// Suggests names of medicines while one is typed. Any text may stay: the server matches it.
(() => {
  const names = document.getElementById("drug-names");
  if (!names) return;
  const shortest = 2;
  const pause = 150;
  let timer = 0;
  let latest = "";

  const suggest = async (input) => {
    latest = input.value.trim();
    const asked = latest;
    if (asked.length < shortest) {
      names.replaceChildren();
      return;
    }
    // Posted, so that what is typed is in no address.
    const token = input.form.querySelector('input[name="csrfmiddlewaretoken"]').value;
    const response = await fetch(input.dataset.drugs, {
      method: "POST",
      headers: { "X-CSRFToken": token },
      body: new URLSearchParams({ q: asked }),
    });
    if (!response.ok || asked !== latest) return;
    const { suggestions } = await response.json();
    names.replaceChildren(...suggestions.map(({ value, label }) => new Option(label, value)));
  };

  for (const input of document.querySelectorAll("[data-drugs]")) {
    input.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(suggest, pause, input);
    });
  }
})();
