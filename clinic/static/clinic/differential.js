"use strict";

(() => {
  const differential = document.getElementById("differential");
  const unsaved = document.getElementById("unsaved");
  const outdated = document.getElementById("outdated");
  // Changes made while another one is on its way: the page that comes back does not show them yet.
  const waiting = new Map();
  let isBusy = false;
  let open = [];
  let anchor = null;
  let focused = null;
  let held = 0;

  const byId = (id) => (id ? document.getElementById(id) : null);
  const rowOf = (element) => element?.closest?.("#evidence-form li[id]");
  const isPost = (event) => event.detail.requestConfig?.verb === "post";
  // Tables and sentences that are loaded later change nothing else.
  const isOfPage = (event) => [differential, byId("evidence-form"), byId("rest")].includes(event.detail.target);

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
      holdScrolling();
      anchor.top = byId(anchor.id)?.getBoundingClientRect().top;
      anchor.nextTop = byId(anchor.next)?.getBoundingClientRect().top;
    }
    // To exchange or move what has the focus makes the browser lay out the page each time.
    if (focused.row) active.blur();
    if (event.detail.target === differential) return;
    event.detail.shouldSwap = false;
    exchange(event.detail.serverResponse, isPost(event));
  });

  // Each part of the answer takes the place of the one with its id. htmx would send an event for every element that
  // goes and comes, thousands of them; and a browser draws what stays as it was much sooner than its double.
  function exchange(answer, isAnswer) {
    const template = document.createElement("template");
    template.innerHTML = answer;
    for (const part of [...template.content.children]) {
      const old = byId(part.id);
      if (part.id === "change-status") old.textContent = part.textContent;
      else if (!rowOf(part)) adapt(old, part);
      // What is typed while the rest of the page is on its way was not sent yet.
      else if (!old.isEqualNode(part) || (isAnswer && isTouched(old))) replace(old, part);
    }
    if (isAnswer && !template.content.querySelector("[data-follows]")) awaitRest();
  }

  // The first answer to a change is what must be right at once. The other parts are of the ranking before: they are
  // marked, and come when that answer has been drawn. A part that came bears no mark.
  function awaitRest() {
    for (const part of document.querySelectorAll("[data-follows]")) {
      part.removeAttribute("data-outdated");
      part.setAttribute("aria-busy", "true");
    }
    const drawn = new MessageChannel();
    drawn.port1.onmessage = () => htmx.trigger(byId("rest"), "rest");
    requestAnimationFrame(() => drawn.port2.postMessage(null));
  }

  function showOutdated() {
    for (const part of document.querySelectorAll("[data-follows][aria-busy]")) {
      part.removeAttribute("aria-busy");
      part.setAttribute("data-outdated", "");
      outdated.hidden = false;
    }
  }

  // Makes one node like the other with as few changes as it takes.
  function adapt(old, fresh) {
    if (old.nodeName !== fresh.nodeName) replace(old, fresh);
    else if (old.nodeType !== Node.ELEMENT_NODE) {
      if (old.data !== fresh.data) old.data = fresh.data;
    } else if (!isSameRanking(old, fresh) && !old.isEqualNode(fresh)) {
      // What loads its content when it is opened or comes into sight must load it again.
      if (old.hasAttribute("hx-get") || fresh.hasAttribute("hx-get")) replace(old, fresh);
      else {
        adaptAttributes(old, fresh);
        adaptChildren(old, fresh);
      }
    }
  }

  // It came with the first answer: what was unfolded in it need not be loaded again.
  function isSameRanking(old, fresh) {
    return fresh.id === "part-ranking" && old.dataset.inputs === fresh.dataset.inputs;
  }

  function replace(old, fresh) {
    old.replaceWith(fresh);
    if (fresh.nodeType === Node.ELEMENT_NODE) htmx.process(fresh);
  }

  // What somebody opened or closed stays so, unless it becomes something else.
  function adaptAttributes(old, fresh) {
    const kept = old.id === fresh.id && old.nodeName === "DETAILS" ? "open" : "";
    for (const name of old.getAttributeNames()) {
      if (name !== kept && !fresh.hasAttribute(name)) old.removeAttribute(name);
    }
    for (const name of fresh.getAttributeNames()) {
      const value = fresh.getAttribute(name);
      if (name !== kept && old.getAttribute(name) !== value) old.setAttribute(name, value);
    }
  }

  function adaptChildren(old, fresh) {
    let place = old.firstChild;
    let child = fresh.firstChild;
    while (place && child && place.nodeName === child.nodeName && place.id === child.id) {
      const after = [place.nextSibling, child.nextSibling];
      adapt(place, child);
      [place, child] = after;
    }
    if (place || child) arrange(old, place, child);
  }

  // The children from these two on do not match one by one. Those with an id are told apart by it; one whose id is gone
  // becomes one that is new.
  function arrange(old, place, child) {
    const wanted = following(child);
    const ids = new Set(wanted.map((node) => node.id));
    const own = following(place).filter((node) => node.id);
    const owned = new Map(own.filter((node) => ids.has(node.id)).map((node) => [node.id, node]));
    const spare = own.filter((node) => !ids.has(node.id));
    for (const fresh of wanted) {
      while (spare.includes(place)) place = place.nextSibling;
      const twin = fresh.id ? owned.get(fresh.id) ?? spare.shift() : place?.id ? null : place;
      if (twin && twin === place) place = place.nextSibling;
      else if (!twin || twin.nextSibling !== place) old.insertBefore(twin ?? fresh, place);
      if (twin) adapt(twin, fresh);
      else if (fresh.nodeType === Node.ELEMENT_NODE) htmx.process(fresh);
    }
    for (const left of [...following(place), ...spare]) left.remove();
  }

  function following(node) {
    const nodes = [];
    for (; node; node = node.nextSibling) nodes.push(node);
    return nodes;
  }

  // Whether a control shows something else than what was sent with the page.
  function isTouched(row) {
    const controls = [...row.querySelectorAll("input, option")];
    return controls.some((control) =>
      control.type === "radio" ? control.checked !== control.defaultChecked
        : control.matches("option") ? control.selected !== control.defaultSelected
        : control.value !== control.defaultValue);
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
      say(byId(note.dataset.note), note.textContent);
    }
    for (const order of document.querySelectorAll("#evidence-state [data-list]")) {
      const list = byId(order.dataset.list);
      const rows = new Set(order.textContent.split(" ").filter(Boolean).map((slug) => byId(`ev-${slug}`)));
      let place = list.firstElementChild;
      for (const row of rows) {
        // Those that belong elsewhere are taken there in their turn.
        while (place && !rows.has(place)) place = place.nextElementSibling;
        if (row === place) place = place.nextElementSibling;
        else list.insertBefore(row, place);
      }
      const details = list.closest("details");
      if (!details) continue;
      details.hidden = !rows.size;
      say(details.querySelector("summary"), order.dataset.title);
    }
  }

  // To say the same again would have the browser lay it out again.
  function say(element, text) {
    if (element.textContent !== text) element.textContent = text;
  }

  // A browser that anchors the scroll by itself would move the page a second time for the same change.
  function holdScrolling() {
    const style = document.documentElement.style;
    style.overflowAnchor = "none";
    cancelAnimationFrame(held);
    held = requestAnimationFrame(() => {
      held = requestAnimationFrame(() => { style.overflowAnchor = ""; });
    });
  }

  // What was changed stays where it was on the screen.
  function keepInPlace() {
    if (!anchor) return;
    const row = byId(anchor.id);
    const hasMoved = row?.parentElement.id !== anchor.list;
    const kept = hasMoved && anchor.next ? byId(anchor.next) : row;
    const before = hasMoved && anchor.next ? anchor.nextTop : anchor.top;
    if (!kept || before === undefined) return;
    window.scrollBy({ top: kept.getBoundingClientRect().top - before, behavior: "instant" });
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
    if (hasFailed) {
      waiting.clear();
      showOutdated();
    } else outdated.hidden = true;
    sendWaiting();
  });

  // What gave way to another change is not lost: that one brings the rest as well.
  for (const failure of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
    document.addEventListener(failure, (event) => {
      if (event.detail.elt === byId("rest")) showOutdated();
    });
  }

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
