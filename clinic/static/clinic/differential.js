"use strict";

(() => {
  const differential = document.getElementById("differential");
  const unsaved = document.getElementById("unsaved");
  // Changes made while another one is on its way: the page that comes back does not show them yet.
  const waiting = new Map();
  let isBusy = false;
  let open = [];
  let anchor = null;

  const isEvidence = (element) => Boolean(element?.closest("#evidence-form"));
  const isPost = (event) => event.detail.requestConfig?.verb === "post";

  document.addEventListener("change", (event) => {
    if (!isEvidence(event.target)) return;
    if (isBusy) waiting.set(event.target.name, event.target.value);
    const row = event.target.closest("li");
    anchor = { id: row.id, list: row.parentElement.id, next: row.nextElementSibling?.id };
  }, true);

  // A refused value comes back with its message beside it.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.status === 422) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
    if (event.detail.target !== differential) return;
    open = [...differential.querySelectorAll("details[open][id]")].map((details) => details.id);
    if (anchor) {
      anchor.top = document.getElementById(anchor.id)?.getBoundingClientRect().top;
      anchor.nextTop = document.getElementById(anchor.next)?.getBoundingClientRect().top;
    }
  });

  // What was open stays open, and what was changed stays where it was on the screen.
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target !== differential) return;
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
    showCopy();
    keepInPlace();
  });

  function keepInPlace() {
    if (!anchor) return;
    const row = document.getElementById(anchor.id);
    const hasMoved = row?.parentElement.id !== anchor.list;
    const kept = hasMoved && anchor.next ? document.getElementById(anchor.next) : row;
    const before = hasMoved && anchor.next ? anchor.nextTop : anchor.top;
    if (kept && before !== undefined) window.scrollBy(0, kept.getBoundingClientRect().top - before);
  }

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (isPost(event)) isBusy = true;
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    if (!isPost(event)) return;
    isBusy = false;
    const hasFailed = !event.detail.successful && event.detail.xhr.status !== 422;
    unsaved.hidden = !hasFailed;
    if (hasFailed) waiting.clear();
  });

  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target !== differential || !waiting.size) return;
    const form = document.getElementById("evidence-form");
    let last = null;
    for (const [name, value] of waiting) {
      const control = form.elements.namedItem(name);
      if (!control) continue;
      control.value = value;
      last = control instanceof RadioNodeList ? control[0] : control;
    }
    waiting.clear();
    last?.dispatchEvent(new Event("change", { bubbles: true }));
  });

  // Whoever typed it must see why it was refused, whatever moved above it.
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target !== differential || event.detail.xhr.status !== 422) return;
    const refused = differential.querySelector("[aria-invalid='true']");
    if (!refused) return;
    for (let list = refused.closest("details"); list; list = list.parentElement.closest("details")) list.open = true;
    refused.scrollIntoView({ block: "center" });
    refused.focus({ preventScroll: true });
  });

  // The button comes back with every change, so it is shown and listened for from outside.
  function showCopy() {
    for (const button of document.querySelectorAll("[data-copy]")) button.hidden = !navigator.clipboard;
  }

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    button.textContent = button.dataset.copied;
  });

  showCopy();
})();
