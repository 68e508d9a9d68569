// A shared screen clears itself when nobody has touched it for a while, after a warning.
"use strict";

(() => {
  const room = document.querySelector("[data-waiting-room]");
  const dialog = room?.querySelector("dialog");
  if (!dialog?.showModal) return;

  const idle = Number(room.dataset.waitingRoom) * 1000;
  const warning = Number(room.dataset.warning) * 1000;
  const count = dialog.querySelector("output");
  const form = room.querySelector("[data-clear]");
  const home = room.dataset.home;
  const again = 5_000; // ms until a server that did not answer is asked once more
  // On the welcome page there is nothing to clear until somebody has begun.
  const isHome = location.pathname === home;

  let touched = isHome ? Infinity : Date.now();
  let isClearing = false;

  const clear = async () => {
    isClearing = true;
    dialog.close();
    // Hidden at once, whether or not the server answers.
    document.body.hidden = true;
    try {
      await fetch(form.action, { method: "POST", body: new FormData(form), redirect: "manual" });
      location.replace(home);
    } catch {
      setTimeout(clear, again);
    }
  };

  const tick = () => {
    if (isClearing || touched === Infinity) return;
    const left = touched + idle + warning - Date.now();
    if (left <= 0) {
      clear();
      return;
    }
    count.value = String(Math.ceil(Math.min(left, warning) / 1000));
    if (left <= warning && !dialog.open) dialog.showModal();
  };

  const touch = () => {
    if (!dialog.open) touched = Date.now();
  };

  const stay = () => {
    touched = Date.now();
    dialog.close();
  };

  dialog.querySelector("button").addEventListener("click", stay);
  dialog.addEventListener("cancel", stay);
  for (const type of ["pointerdown", "keydown", "input", "scroll", "touchstart"]) {
    document.addEventListener(type, touch, { capture: true, passive: true });
  }
  // Nobody is there to answer a question of the browser's about leaving the page.
  window.addEventListener("beforeunload", (event) => {
    if (isClearing) event.stopImmediatePropagation();
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
  setInterval(tick, 1000);
})();
