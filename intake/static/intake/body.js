// The picture of the body and the list beside it say the same. Without this script the list works alone.
"use strict";

(() => {
  const map = document.getElementById("body-map");
  if (!map) return;
  const list = [...document.querySelectorAll('input[name="body"]')];
  const noPlace = document.querySelector('input[name="no-place"]');
  const chosen = document.getElementById("body-chosen");

  let before = [];

  const line = (name) => {
    const item = document.getElementById("body-chosen-one").content.cloneNode(true);
    item.querySelector("span").textContent = name;
    return item;
  };

  const update = () => {
    for (const box of list) {
      for (const zone of map.querySelectorAll(`[data-zone="${CSS.escape(box.value)}"]`)) {
        zone.setAttribute("aria-checked", String(box.checked));
      }
    }
    // One view shows a part of the body only: what is chosen in the others is counted on their tabs.
    for (const view of map.querySelectorAll("[data-view]")) {
      const number = view.querySelectorAll('[aria-checked="true"]').length;
      map.querySelector(`label[for="${view.dataset.view}"] span`).textContent = number || "";
    }
    const lines = list.filter((box) => box.checked).map((box) => line(box.dataset.name));
    const none = document.getElementById("body-chosen-none").content.cloneNode(true);
    chosen.replaceChildren(...(lines.length ? lines : [none]));
  };

  // Who can point to a place after all has the earlier ones back, too.
  const point = (box) => {
    if (box.checked && noPlace.checked) {
      noPlace.checked = false;
      for (const earlier of before) earlier.checked = true;
    }
    update();
  };

  const toggle = (zone) => {
    const box = list.find((input) => input.value === zone.dataset.zone);
    box.checked = !box.checked;
    point(box);
  };

  map.addEventListener("click", (event) => {
    const zone = event.target.closest("[data-zone]");
    if (zone) toggle(zone);
  });
  map.addEventListener("keydown", (event) => {
    const zone = event.target.closest("[data-zone]");
    if (!zone || (event.key !== " " && event.key !== "Enter")) return;
    event.preventDefault();
    toggle(zone);
  });
  for (const box of list) {
    box.addEventListener("change", () => point(box));
  }
  noPlace.addEventListener("change", () => {
    // Who takes the tick off again has lost nothing.
    if (noPlace.checked) before = list.filter((box) => box.checked);
    for (const box of list) box.checked = !noPlace.checked && before.includes(box);
    update();
  });
  map.hidden = false;
  update();
})();
