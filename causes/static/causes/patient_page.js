// Draws the patient's page anew while its texts are typed. Each drawing gets a frame of its own, which takes the place
// of the one before when it is ready: nothing flickers, and the browser's history stays as it was.
"use strict";

(() => {
  const box = document.getElementById("patient-page");
  const button = box.querySelector("button[formaction]");
  const frames = box.querySelector(".patient-page__frames");
  const state = box.querySelector(".patient-page__state");
  const form = button.form;
  if (!form) return;

  const pause = 500; // ms after the last key
  let number = 0;
  let shown = 0;
  let timer = 0;

  const place = (frame, earlier) => {
    const inside = frame.contentDocument;
    const item = inside.getElementById(inside.querySelector("[data-item-shown]")?.dataset.itemShown ?? "");
    // Only inside: the form beside must stay where it is.
    frame.contentWindow.scrollTo(0, earlier ?? item?.getBoundingClientRect().top ?? 0);
  };

  const ready = (frame, mine) => {
    // The empty page that a frame begins with.
    if (frame.contentDocument?.URL === "about:blank") return;
    if (mine < shown || !frame.isConnected) {
      frame.remove();
      return;
    }
    // Refused, or no answer: there is nothing to look into.
    if (!frame.contentDocument?.querySelector("[data-preview]")) {
      state.textContent = box.dataset.failed;
      frame.remove();
      return;
    }
    const isFirst = shown === 0;
    shown = mine;
    state.textContent = "";
    const others = [...frames.querySelectorAll("iframe")].filter((other) => Number(other.dataset.number ?? 0) < mine);
    const scroll = others.map((other) => other.contentWindow?.scrollY ?? 0).at(-1) ?? 0;
    frame.classList.remove("is-coming");
    frame.inert = false;
    place(frame, isFirst ? null : scroll);
    for (const other of others) other.remove();
  };

  const draw = () => {
    clearTimeout(timer);
    number += 1;
    const mine = number;
    const frame = frames.querySelector("iframe").cloneNode();
    frame.name = `patient-page-frame-${mine}`;
    frame.dataset.number = mine;
    frame.classList.add("is-coming");
    frame.inert = true;
    frames.append(frame);
    const copy = document.createElement("form");
    copy.method = "post";
    copy.action = button.formAction;
    copy.target = frame.name;
    copy.hidden = true;
    for (const [name, value] of new FormData(form)) {
      if (typeof value !== "string") continue;
      const field = document.createElement("textarea");
      field.name = name;
      field.value = value;
      copy.append(field);
    }
    document.body.append(copy);
    frame.addEventListener("load", () => ready(frame, mine));
    copy.submit();
    copy.remove();
  };

  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(draw, pause);
  };

  form.addEventListener("input", later);
  form.addEventListener("change", later);
  box.querySelector("select")?.addEventListener("change", later);
  for (const type of ["formset:added", "formset:removed"]) document.addEventListener(type, later);
  button.addEventListener("click", (event) => {
    event.preventDefault();
    draw();
  });
  draw();
})();
