"use strict";

(() => {
  // Of a medicine that is still taken we ask since when, of one that was stopped until when.
  const ask = (row) => {
    const still = row.querySelector('input[name^="still-"]:checked')?.value;
    for (const part of row.querySelectorAll("[data-still]")) {
      part.hidden = part.dataset.still !== still;
      part.querySelector("select").disabled = part.hidden;
    }
  };

  for (const row of document.querySelectorAll(".tw-medicine")) {
    row.addEventListener("change", () => ask(row));
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
