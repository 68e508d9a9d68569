"use strict";
// The matrix: the arrow keys move in it, and a cell opens in a dialog. Without this file each cell is a link to its page.
{
  const frame = document.getElementById("matrix-frame");
  const dialog = document.getElementById("matrix-dialog");
  const header = { "X-Requested-With": "fetch" };

  const addUp = (form) => {
    const output = form.querySelector(".matrix-sum output");
    if (!output) return;
    let sum = 0;
    for (const box of form.querySelectorAll("[name$=-is_used]")) {
      const value = Number(form.elements[box.name.replace("is_used", "probability")].value);
      if (box.checked && Number.isFinite(value)) sum += value;
    }
    output.textContent = String(Math.round(sum * 1e4) / 1e4);
  };
  document.addEventListener("input", (event) => {
    if (event.target.form?.closest(".matrix-cell")) addUp(event.target.form);
  });

  if (frame) {
    const words = JSON.parse(frame.dataset.words);
    const table = frame.querySelector("table");
    const heads = [...table.tHead.rows[0].cells];
    const rows = [...table.querySelectorAll("tr[data-finding]")];
    const places = new Map(rows.map((row, number) => [row, number]));
    const sources = document.getElementById("matrix-sources");
    const now = document.getElementById("matrix-now");
    let current = null;
    let isDirty = false;

    const linkAt = (row, column) => rows[row].cells[column].firstElementChild;
    const inWords = (link) => {
      const cell = link.parentElement;
      const [figure, marks = ""] = link.textContent.split("\n");
      const meaning = marks.split(" ").filter(Boolean).map((mark) => words[mark] ?? words["+"].replace("%s", mark.slice(1)));
      const row = cell.parentElement.cells[0].textContent;
      return [heads[cell.cellIndex].textContent, row, words[figure] ?? figure, ...meaning].join(", ");
    };
    const name = (link) => link.setAttribute("aria-label", inWords(link));
    const go = (link) => {
      if (current) current.tabIndex = -1;
      current = link;
      link.tabIndex = 0;
    };

    // One cell is in the order of the Tab key. Names are given while the browser has nothing else to do.
    const prepare = (from) => {
      for (const row of rows.slice(from, from + 20)) {
        for (const cell of row.querySelectorAll("td")) {
          const link = cell.firstElementChild;
          if (link !== current) link.tabIndex = -1;
          name(link);
        }
      }
      if (from + 20 < rows.length) setTimeout(prepare, 0, from + 20);
    };
    go(linkAt(0, 1));
    prepare(0);

    const keys = {
      ArrowRight: (row, column) => [row, column + 1],
      ArrowLeft: (row, column) => [row, column - 1],
      ArrowDown: (row, column) => [row + 1, column],
      ArrowUp: (row, column) => [row - 1, column],
      Home: (row, column, isWhole) => [isWhole ? 0 : row, 1],
      End: (row, column, isWhole) => [isWhole ? rows.length : row, heads.length],
      PageDown: (row, column) => [row + screenful(), column],
      PageUp: (row, column) => [row - screenful(), column],
    };
    const screenful = () => {
      const visible = frame.clientHeight - table.tHead.offsetHeight;
      return Math.max(1, Math.floor(visible / current.parentElement.offsetHeight) - 1);
    };
    // The focused cell must not be hidden behind the heads.
    const reveal = (link) => {
      const cell = link.parentElement.getBoundingClientRect();
      const inside = frame.getBoundingClientRect();
      const top = inside.top + table.tHead.offsetHeight;
      const left = inside.left + heads[0].offsetWidth;
      const right = inside.left + frame.clientWidth;
      const bottom = inside.top + frame.clientHeight;
      if (cell.top < top) frame.scrollTop -= top - cell.top;
      else if (cell.bottom > bottom) frame.scrollTop += cell.bottom - bottom;
      if (cell.left < left) frame.scrollLeft -= left - cell.left;
      else if (cell.right > right) frame.scrollLeft += cell.right - right;
      // Nor may it lie where the frame itself is out of sight.
      const at = link.parentElement.getBoundingClientRect();
      const beyond = at.bottom > innerHeight ? at.bottom - innerHeight : Math.min(0, at.top - table.tHead.offsetHeight);
      const aside = at.right > innerWidth ? at.right - innerWidth : Math.min(0, at.left);
      if (beyond || aside) scrollBy(aside, beyond);
    };
    const between = (low, value, high) => Math.min(Math.max(value, low), high);

    table.addEventListener("keydown", (event) => {
      const link = event.target.closest("td a");
      const move = keys[event.key];
      if (!link || !move || event.altKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      const from = [places.get(link.closest("tr")), link.parentElement.cellIndex];
      const [row, column] = move(...from, event.ctrlKey);
      const next = linkAt(between(0, row, rows.length - 1), between(1, column, heads.length - 1));
      name(next);
      next.focus({ preventScroll: true });
      reveal(next);
    });
    table.addEventListener("focusin", (event) => {
      const link = event.target.closest("td a");
      if (!link) return;
      go(link);
      now.textContent = inWords(link);
    });

    const show = (html) => {
      dialog.innerHTML = html;
      for (const field of dialog.querySelectorAll(".errors")) {
        field.querySelector("input, select, textarea")?.setAttribute("aria-invalid", "true");
      }
      const first = dialog.querySelector("#matrix-errors, .errors input, .errors select, .errors textarea");
      (first ?? dialog.querySelector("input:not([type=hidden]), [data-close]"))?.focus();
    };
    const fetched = async (address, options) => {
      try {
        const response = await fetch(address, { headers: header, ...options });
        // A session that ended leads to another page: there one logs in.
        if (response.redirected) location.assign(response.url);
        else if (response.ok) return response;
      } catch { /* said below */ }
      const message = document.createElement("p");
      message.className = "errornote";
      message.setAttribute("role", "alert");
      message.textContent = words.failed;
      dialog.querySelector(".errornote")?.remove();
      dialog.prepend(message);
      return null;
    };
    const open = async (link) => {
      go(link);
      isDirty = false;
      dialog.textContent = words.loading;
      dialog.showModal();
      const response = await fetched(link.href);
      if (response) show(await response.text());
    };
    const update = (saved) => {
      for (const [option, kind, text] of saved.cells) {
        const row = rows.find((each) => each.dataset.finding === saved.finding && each.dataset.option === option);
        const column = heads.findIndex((head) => head.dataset.cause === saved.cause);
        if (!row || column < 0) continue;
        const link = row.cells[column].firstElementChild;
        link.parentElement.className = kind;
        link.textContent = text;
        name(link);
      }
      document.getElementById("matrix-saved").textContent = saved.message;
    };

    // Sources are offered as one types; the admin's own search finds them.
    let asked = 0;
    const suggest = async (text) => {
      const question = new URLSearchParams({ term: text, app_label: "causes", model_name: "likelihood", field_name: "source" });
      const number = ++asked;
      const response = await fetch(`${frame.dataset.sources}?${question}`);
      if (!response.ok || number !== asked) return;
      const { results } = await response.json();
      sources.replaceChildren(...results.map(({ id, text: title }) => new Option("", `${title} [${id}]`)));
    };
    let waiting = 0;
    dialog.addEventListener("input", (event) => {
      if (event.target.list !== sources) return;
      clearTimeout(waiting);
      const text = event.target.value.trim();
      // What was just chosen from the list needs no suggestions.
      if (text.length > 1 && !text.endsWith("]")) waiting = setTimeout(suggest, 150, text);
    });

    table.addEventListener("click", (event) => {
      const link = event.target.closest("td a");
      if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      open(link);
    });
    dialog.addEventListener("input", () => { isDirty = true; });
    dialog.addEventListener("cancel", (event) => {
      if (isDirty && !confirm(words.discard)) event.preventDefault();
    });
    dialog.addEventListener("click", (event) => {
      if (event.target.closest("[data-close]") && (!isDirty || confirm(words.discard))) dialog.close();
    });
    dialog.addEventListener("close", () => {
      dialog.replaceChildren();
      current.focus();
      now.textContent = inWords(current);
    });
    dialog.addEventListener("submit", async (event) => {
      event.preventDefault();
      const form = event.target;
      const button = form.querySelector("[type=submit]");
      button.disabled = true;
      const response = await fetched(form.action, { method: "POST", body: new FormData(form) });
      button.disabled = false;
      if (!response) return;
      if (response.headers.get("Content-Type").includes("json")) {
        update(await response.json());
        dialog.close();
      } else {
        show(await response.text());
      }
    });
  }
}
