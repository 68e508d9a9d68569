// Sends every change to the server as soon as it is made, says whether it has arrived, and loses nothing when
// the server does not answer: the page stays, keeps what was typed, and tries again. Nothing is stored here.
"use strict";

(() => {
  const form = document.querySelector("form[data-keep]");
  const status = document.getElementById("saved");
  // An old browser saves with the button, as one without scripts does.
  if (!form || !status || !AbortSignal.timeout || !form.requestSubmit) return;

  const words = status.dataset;
  const pause = 800; // ms after the last key
  const patience = 20_000; // ms for an answer
  const firstWait = 1_000;
  const longestWait = 30_000;
  const slow = 500; // ms before “Saving…” is said at all
  const mostOnTheWayOut = 60_000; // bytes that a browser still sends for a page that is gone

  let order = 0;
  let answered = 0; // the newest save that was answered
  let underway = "";
  let failures = 0;
  let timer = 0;
  let slowTimer = 0;
  let isBusy = false;
  let isLeaving = false;
  let isNative = false;
  let isContinuing = false;
  let hasFault = false; // the server answered, and said that it could not

  // What the form holds: field -> its values. Fields of the page's own are no answers.
  const own = new Set(["csrfmiddlewaretoken", "shown", "page", "before"]);
  const held = () => {
    const values = new Map();
    for (const [name, value] of new FormData(form)) {
      if (!own.has(name)) values.set(name, `${values.get(name) ?? ""}\n${value}`);
    }
    return values;
  };

  let kept = held();
  // Sent without an answer: they may have arrived, so a change back must be sent too.
  const unsure = new Set();

  const changed = () => {
    const now = held();
    const names = new Set([...kept.keys(), ...now.keys()].filter((name) => kept.get(name) !== now.get(name)));
    return new Set([...names, ...unsure]);
  };

  const say = (state, wording = state) => {
    clearTimeout(slowTimer);
    status.dataset.state = state;
    const sign = ["saved", "saving"].includes(state) ? "#i-check" : "#i-warning";
    status.querySelector("use").setAttribute("href", sign);
    const line = status.querySelector("span");
    if (line.textContent !== words[wording]) line.textContent = words[wording];
  };

  const saySoon = () => {
    clearTimeout(slowTimer);
    if (!failures) slowTimer = setTimeout(say, slow, "saving");
  };

  const warn = (event) => event.preventDefault();
  const hold = () => {
    if (!isLeaving && changed().size) window.addEventListener("beforeunload", warn);
    else window.removeEventListener("beforeunload", warn);
  };

  // A page that was open while somebody signed in or out, or while cookies were deleted, lacks the right key. A new
  // one comes with a new load of the page; what stands in this one stays.
  const renewKey = async () => {
    const name = "csrfmiddlewaretoken";
    const page = await fetch(form.action, { redirect: "manual", signal: AbortSignal.timeout(patience) });
    if (!page.ok) return false;
    const fresh = new DOMParser().parseFromString(await page.text(), "text/html");
    const key = fresh.querySelector(`form[data-keep] input[name="${name}"]`)?.value;
    if (key) form.elements.namedItem(name).value = key;
    return Boolean(key);
  };

  // Resolves to the server's word; throws when there was none. "closed": the page cannot be saved any more.
  const post = async (kind, names, submitter, isSecond = false) => {
    hasFault = false;
    const data = new FormData(form);
    if (submitter?.name) data.append(submitter.name, submitter.value);
    order += 1;
    const mine = order;
    data.set("order", mine);
    data.set("keep", kind);
    for (const name of names) {
      data.append("touched", name);
      unsure.add(name);
    }
    const sent = held();
    underway = JSON.stringify([...sent]);
    const body = new URLSearchParams(data).toString();
    const response = await fetch(form.action, {
      method: "POST",
      headers: { "Content-Type": "application/x-www-form-urlencoded" },
      body,
      redirect: "manual",
      keepalive: body.length < mostOnTheWayOut,
      signal: AbortSignal.timeout(patience),
    });
    if (response.status >= 500 || response.status === 429) {
      hasFault = true;
      throw new Error(String(response.status));
    }
    if (response.status === 403 && !isSecond && (await renewKey())) return post(kind, names, submitter, true);
    if (!response.ok) return "closed";
    const answer = await response.json();
    if (mine > answered) {
      answered = mine;
      kept = sent;
      for (const name of names) unsure.delete(name);
      if (answer.before) form.elements.namedItem("before").value = answer.before;
    }
    failures = 0;
    return answer;
  };

  const later = (wait) => {
    clearTimeout(timer);
    timer = setTimeout(keep, wait);
  };

  const failed = (state) => {
    failures += 1;
    say(state, hasFault ? `${state}Fault` : state);
    hold();
    if (changed().size) later(Math.min(longestWait, firstWait * 2 ** (failures - 1)));
  };

  const send = async () => {
    isBusy = true;
    saySoon();
    try {
      const answer = await post("draft", changed());
      if (answer === "closed") say("closed");
      else if (changed().size) later(0);
      else {
        say("saved");
        // An answer cannot wait.
        if (answer.next && !isContinuing) leave(answer.next);
      }
    } catch {
      failed("unsaved");
    } finally {
      isBusy = false;
      underway = "";
      hold();
    }
  };

  const isOver = () => isLeaving || isContinuing || isNative || !changed().size;

  const keep = () => {
    clearTimeout(timer);
    if (!isBusy && !isOver()) send();
  };

  // The page may be gone before there is an answer: what is newer than what is under way is sent at once.
  const handOver = () => {
    clearTimeout(timer);
    if (!isOver() && underway !== JSON.stringify([...held()])) send();
  };

  const leave = (address) => {
    isLeaving = true;
    hold();
    const url = new URL(address, location.href);
    if (url.pathname + url.search !== location.pathname + location.search) {
      location.assign(url);
      return;
    }
    history.replaceState(null, "", url);
    location.reload();
  };

  const goOn = async (submitter) => {
    isContinuing = true;
    clearTimeout(timer);
    saySoon();
    try {
      const answer = await post("continue", changed(), submitter);
      if (answer !== "closed") {
        say("saved");
        leave(answer.next);
        return;
      }
      // The server's own page says why.
      isNative = true;
      window.removeEventListener("beforeunload", warn);
      form.requestSubmit(submitter);
    } catch {
      isContinuing = false;
      failed("stuck");
    }
  };

  const note = (event) => {
    if (!changed().size) return;
    hold();
    const isTyping = event.type !== "change" && event.target.matches("textarea, input[type=text]");
    if (!failures) later(isTyping ? pause : 0);
  };

  for (const type of ["input", "change", "click", "keyup"]) form.addEventListener(type, note);
  form.addEventListener("submit", (event) => {
    if (isNative) return;
    event.preventDefault();
    if (!isContinuing) goOn(event.submitter);
  });
  window.addEventListener("online", keep);
  window.addEventListener("pagehide", handOver);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") handOver();
  });
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    isContinuing = isLeaving = isBusy = false;
    keep();
  });
  status.querySelector("span").textContent = words.start;
})();
