"use strict";

(() => {
  const differential = document.getElementById("differential");
  const unsaved = document.getElementById("unsaved");
  // Changes made while another one is on its way: the page that comes back does not show them yet.
  const waiting = new Map();
  let isBusy = false;
  let open = [];
  let anchor = null;
  let focused = null;

  const byId = (id) => (id ? document.getElementById(id) : null);
  const rowOf = (element) => element?.closest?.("#evidence-form li[id]");
  const isPost = (event) => event.detail.requestConfig?.verb === "post";
  // Tables and sentences that are loaded later change nothing else.
  const isOfPage = (event) => [differential, byId("evidence-form")].includes(event.detail.target);

  function remember(event) {
    const row = rowOf(event.target);
    if (!row) return;
    anchor = { id: row.id, list: row.parentElement.id, next: row.nextElementSibling?.id };
    if (event.type === "change" && isBusy) waiting.set(event.target.name, event.target.value);
  }

  document.addEventListener("change", remember, true);
  document.addEventListener("click", (event) => {
    if (event.target.closest("button, .tw-switch")) remember(event);
  }, true);

  document.addEventListener("htmx:beforeSwap", (event) => {
    // A refused value comes back with its message beside it.
    if (event.detail.xhr.status === 422) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
    if (!isOfPage(event)) return;
    open = [...differential.querySelectorAll("details[open][id]")].map((details) => details.id);
    const active = document.activeElement;
    focused = { id: active?.id, row: rowOf(active)?.id, isSwitch: active?.matches(".tw-switch") };
    if (anchor) {
      anchor.top = byId(anchor.id)?.getBoundingClientRect().top;
      anchor.nextTop = byId(anchor.next)?.getBoundingClientRect().top;
    }
    // To exchange or move what has the focus makes the browser lay out the page each time.
    if (focused.row) active.blur();
    if (event.detail.target === differential) return;
    event.detail.shouldSwap = false;
    exchange(event.detail.serverResponse);
  });

  // Each part of the answer takes the place of the one with its id. htmx would send an event for every element that
  // goes and comes, thousands of them, and take twice as long.
  function exchange(answer) {
    const template = document.createElement("template");
    template.innerHTML = answer;
    for (const part of [...template.content.children]) {
      if (part.id === "change-status") byId(part.id).textContent = part.textContent;
      else {
        byId(part.id)?.replaceWith(part);
        htmx.process(part);
      }
    }
  }

  // With no delay to settle, all is in its place by now.
  document.addEventListener("htmx:afterOnLoad", (event) => {
    if (!isOfPage(event)) return;
    putInOrder();
    for (const id of open) byId(id)?.setAttribute("open", "");
    showCopy();
    if (event.detail.xhr.status === 422) showRefused();
    else {
      keepInPlace();
      keepFocus();
    }
  });

  // The rows stand where a fresh page would have them, without being sent again.
  function putInOrder() {
    for (const note of document.querySelectorAll("#evidence-state [data-note]")) {
      byId(note.dataset.note).textContent = note.textContent;
    }
    for (const order of document.querySelectorAll("#evidence-state [data-list]")) {
      const list = byId(order.dataset.list);
      const ids = order.textContent.split(" ").filter(Boolean).map((slug) => `ev-${slug}`);
      let place = list.firstElementChild;
      for (const row of ids.map(byId)) {
        if (row === place) place = place.nextElementSibling;
        else list.insertBefore(row, place);
      }
      const details = list.closest("details");
      if (!details) continue;
      details.hidden = !ids.length;
      details.querySelector("summary").textContent = order.dataset.title;
    }
  }

  // What was changed stays where it was on the screen.
  function keepInPlace() {
    if (!anchor) return;
    const row = byId(anchor.id);
    const hasMoved = row?.parentElement.id !== anchor.list;
    const kept = hasMoved && anchor.next ? byId(anchor.next) : row;
    const before = hasMoved && anchor.next ? anchor.nextTop : anchor.top;
    if (kept && before !== undefined) window.scrollBy(0, kept.getBoundingClientRect().top - before);
  }

  function keepFocus() {
    if (!focused?.row || rowOf(document.activeElement)) return;
    const row = byId(focused.row);
    const control = row?.querySelector(focused.isSwitch ? ".tw-switch" : "input:checked, select, input");
    (byId(focused.id) ?? control)?.focus({ preventScroll: true });
  }

  // Whoever typed it must see why it was refused, whatever moved above it.
  function showRefused() {
    const refused = differential.querySelector("[aria-invalid='true']");
    if (!refused) return;
    for (let list = refused.closest("details"); list; list = list.parentElement.closest("details")) list.open = true;
    refused.focus({ preventScroll: true });
    refused.scrollIntoView({ block: "center" });
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
    sendWaiting();
  });

  function sendWaiting() {
    if (!waiting.size) return;
    const form = byId("evidence-form");
    let last = null;
    for (const [name, value] of waiting) {
      const control = form.elements.namedItem(name);
      if (!control) continue;
      control.value = value;
      last = control instanceof RadioNodeList ? control[0] : control;
    }
    waiting.clear();
    last?.dispatchEvent(new Event("change", { bubbles: true }));
  }

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
