// What scripts add to pages that are complete without them: keys, marking rows, uploads that
// start at once, typed text that is kept, and progress that moves.
"use strict";

const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const fill = (words, values) => words.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

// Rows of a register, cards of a list: j, k, enter, x.
const rows = all("[data-row]");
let at = -1;

function moveTo(index) {
  if (!rows.length) return;
  rows[at]?.classList.remove("cur");
  at = Math.max(0, Math.min(rows.length - 1, index));
  rows[at].classList.add("cur");
  rows[at].querySelector("a.row-link, a")?.focus({ preventScroll: true });
  rows[at].scrollIntoView({ block: "nearest" });
}

function showSelected(form) {
  const boxes = all("input[name=ids]", form);
  const count = boxes.filter((box) => box.checked).length;
  const words = form.querySelector("[data-selected]");
  if (words) words.textContent = fill(words.dataset.words, { count });
  const whole = form.querySelector("[data-select-all]");
  if (whole) {
    whole.checked = count > 0 && count === boxes.length;
    whole.indeterminate = count > 0 && count < boxes.length;
  }
}

for (const form of all(".register-form")) {
  const whole = form.querySelector("[data-select-all]");
  if (whole) {
    whole.hidden = false;
    whole.addEventListener("change", () => {
      all("input[name=ids]", form).forEach((box) => (box.checked = whole.checked));
      showSelected(form);
    });
  }
  form.addEventListener("change", () => showSelected(form));
  showSelected(form);
}

// Keys. Nothing happens while someone types, composes, or holds a modifier.
let led = 0; // when `g` was pressed

const press = (selector) => document.querySelector(selector)?.click();

// What is doubtful or missing in a form that was filled from a file: one after the other.
const doubts = all("[data-doubt] :is(input, select)");
let doubted = -1;
function doubt() {
  if (!doubts.length) return false;
  doubted = (doubted + 1) % doubts.length;
  doubts[doubted].focus();
  doubts[doubted].select?.();
}
const keys = {
  "/": () => document.querySelector("#q")?.select(), // what is typed replaces the last search
  "?": () => document.querySelector("#keys")?.togglePopover?.(),
  "？": () => keys["?"](), // the same key while a Chinese layout is on
  j: () => (rows.length ? moveTo(at + 1) : press("[data-key=j]")),
  k: () => (rows.length ? moveTo(at - 1) : press("[data-key=k]")),
  f: () => doubt(),
  r: () => press("[data-key=r]"),
  u: () => press("[data-key=u]"),
  e: () => press("[data-key=e]"),
  s: () => press("[data-key=s]"),
  x: () => {
    const box = rows[at]?.querySelector("input[name=ids]");
    if (box) box.click();
    else press("[data-key=x]");
  },
  Enter: (event) => {
    if (at < 0 || event.target.closest("a, button, summary")) return false;
    rows[at].querySelector("a.row-link, a")?.click();
    return true;
  },
};

// Numbers and keys are offered while one is typed; an answer that comes late is for what was typed before.
for (const box of all("input[data-suggest]")) {
  const list = document.getElementById(box.getAttribute("aria-controls"));
  let wait = 0, chosen = -1;
  const choose = (to) => {
    chosen = to;
    [...list.children].forEach((one, n) => one.setAttribute("aria-selected", n === to));
    if (to < 0) box.removeAttribute("aria-activedescendant");
    else box.setAttribute("aria-activedescendant", list.children[to].id);
  };
  const show = (offered) => {
    list.replaceChildren(...offered.map(({ number, title }, n) => {
      const words = [["number", number], ["two", title]].map(([name, text]) => Object.assign(document.createElement("span"), { className: name, textContent: text }));
      const one = Object.assign(document.createElement("li"), { id: `${list.id}-${n}`, role: "option" });
      one.dataset.value = number;
      one.append(...words);
      return one;
    }));
    list.hidden = !offered.length;
    box.setAttribute("aria-expanded", !list.hidden);
    choose(-1);
  };
  const take = (one) => {
    box.value = one.dataset.value;
    show([]);
    box.form.requestSubmit();
  };
  box.addEventListener("input", () => {
    clearTimeout(wait);
    const typed = box.value.trim();
    if (!/^[^\s"“「]{2,60}$/.test(typed)) return show([]);
    wait = setTimeout(async () => {
      const answer = await fetch(`${box.dataset.suggest}?q=${encodeURIComponent(typed)}`).catch(() => null);
      if (answer?.ok && box.value.trim() === typed && document.activeElement === box) show(await answer.json().catch(() => []));
    }, 150);
  });
  box.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (list.hidden || event.isComposing) return;
    if (step) choose((chosen + 1 + step + list.children.length + 1) % (list.children.length + 1) - 1);
    else if (event.key === "Enter" && chosen >= 0) take(list.children[chosen]);
    else if (event.key === "Escape") show([]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  box.addEventListener("blur", () => show([]));
  list.addEventListener("pointerdown", (event) => event.preventDefault()); // the box keeps the focus
  list.addEventListener("click", (event) => event.target.closest("li") && take(event.target.closest("li")));
}

// A filter closes like a menu: by Escape, and by a press beside it. It opens within the window.
const filters = all("details.filter");
for (const one of filters) {
  const panel = one.querySelector(".filter-fields");
  one.addEventListener("toggle", () => {
    panel.classList.remove("to-left");
    panel.classList.toggle("to-left", one.open && panel.getBoundingClientRect().right > document.documentElement.clientWidth - 8);
  });
}
document.addEventListener("click", (event) => {
  for (const one of filters) if (one.open && !one.contains(event.target)) one.open = false;
});
document.addEventListener("keydown", (event) => {
  const open = event.key === "Escape" && !event.isComposing && filters.find((one) => one.open);
  if (!open) return;
  open.open = false;
  open.querySelector("summary").focus();
});

// The help lists only the keys that do something on this page.
for (const line of all("[data-needs]")) line.hidden = !document.querySelector(line.dataset.needs);

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const typing = event.target.closest("input:not([type=checkbox], [type=radio]), textarea, select");
  if (typing) {
    if (event.key === "Escape" && typing.id === "q") typing.blur();
    else if (event.key === "Escape" && typing.closest(".facts-form")) document.querySelector(".checking-end [data-focus]")?.focus();
    return;
  }
  if (led && Date.now() - led < 1500 && /^[idr]$/.test(event.key)) {
    led = 0;
    press(`[data-go=${event.key}]`);
    return;
  }
  led = event.key === "g" ? Date.now() : 0;
  const act = keys[event.key];
  if (act && act(event) !== false) event.preventDefault();
});

// In the summary each sentence stands under the name of its field, in the order of the form.
for (const summary of all(".error-summary[data-words]")) {
  const told = all("a[href^='#f-']", summary).map((link) => ({ link, field: document.querySelector(link.hash) }));
  const known = told.filter(({ field }) => field);
  for (const { link, field: { labels, childNodes } } of known) {
    const label = (labels ? labels[0]?.firstChild : childNodes[0])?.textContent.trim();
    const sentence = link.textContent;
    if (label && !sentence.startsWith(label)) link.textContent = fill(summary.dataset.words, { field: label, sentence });
  }
  known.sort((one, other) => (one.field.compareDocumentPosition(other.field) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1));
  known.forEach(({ link }) => link.closest("ul").append(link.closest("li")));
}

// Errors of a form are read first.
document.querySelector("[data-focus]")?.focus();

// A form that answers with a file leaves the page as it was: it says what happened.
for (const words of all("[data-after-send]")) {
  words.closest("form").addEventListener("submit", () => (words.hidden = false));
}

// Uploads: the file is sent when it is chosen; the form then carries only its id. Without an
// answer the field stays as it was, and the form sends the file itself.
function send(field, input, file) {
  const { uploadUrl, csrf, wordsSending, wordsDone, wordsFailed, wordsOffline } = field.dataset;
  const state = field.querySelector("[data-upload-state]");
  const bar = field.querySelector("[data-upload-bar]");
  const staged = field.querySelector("[data-upload-id]");
  const request = new XMLHttpRequest();
  const body = new FormData();
  body.append("file", file);
  staged.value = "";
  refused(field, false);
  bar.hidden = false;
  state.classList.remove("failed");

  const say = (percent) => {
    bar.value = percent;
    state.textContent = fill(wordsSending, { name: file.name, percent });
  };
  const fail = (words) => {
    bar.hidden = true;
    state.classList.add("failed");
    state.textContent = words;
  };
  request.upload.onprogress = (event) => {
    if (event.lengthComputable) say(Math.floor((event.loaded / event.total) * 100));
  };
  request.onerror = () => fail(wordsOffline);
  request.onload = () => {
    const answer = request.response;
    if (!answer?.id) {
      const reason = answer?.message;
      fail(reason ? fill(wordsFailed, { reason }) : wordsOffline);
      if (!reason) return;
      input.value = ""; // refused by a rule: sending it again would not help
      return refused(field, true);
    }
    bar.hidden = true;
    field.classList.remove("bad"); // what was missing is here now
    input.classList.remove("is-invalid");
    input.removeAttribute("aria-invalid");
    field.querySelector(".invalid-feedback")?.remove();
    staged.value = answer.id;
    input.value = "";
    input.required = false;
    state.textContent = fill(wordsDone, { name: answer.name, size: sized(answer.size) });
  };
  request.open("POST", uploadUrl);
  request.responseType = "json";
  request.setRequestHeader("X-CSRF-Token", csrf);
  request.setRequestHeader("Accept", "application/json");
  field.request?.abort();
  field.request = request;
  say(0);
  request.send(body);
}

// While its file is refused a form is not sent.
function refused(field, is) {
  field.refused = is;
  for (const without of all("[data-upload-without]", field)) without.hidden = !is;
}

function sized(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

for (const field of all("[data-upload-url]")) {
  const input = field.querySelector("input[type=file]");
  input.addEventListener("change", () => input.files.length && send(field, input, input.files[0]));
  field.querySelector("[data-upload-without]")?.addEventListener("click", () => {
    refused(field, false);
    field.querySelector("[data-upload-state]").textContent = "";
  });
  // A form sent while its file is still on the way would send it twice: it waits.
  field.closest("form")?.addEventListener("submit", (event) => {
    const { request } = field;
    if (field.refused) {
      event.preventDefault();
      input.focus();
      return;
    }
    if (!request || request.readyState === 4) return;
    event.preventDefault();
    request.addEventListener("loadend", () => event.target.requestSubmit(event.submitter), { once: true });
  });
}

// Typed text is kept in this tab until the form has been taken.
const PREFIX = "docctl.draft.";
const me = document.body.dataset.person;
const named = (form) => PREFIX + form.dataset.draft;
const kinds = "input:not([type=hidden], [type=password], [type=file]), textarea, select";

function read(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key));
  } catch {
    return null;
  }
}

function keep(form, sent) {
  const values = all(kinds, form)
    .filter((field) => field.name)
    .map((field) => (/checkbox|radio/.test(field.type) ? field.checked : field.value));
  try {
    sessionStorage.setItem(named(form), JSON.stringify({ by: me, sent, values }));
  } catch {
    return; // a full store loses the convenience, nothing else
  }
  const word = form.querySelector("[data-draft-word]");
  if (word && !sent) word.textContent = word.dataset.words;
}

const drafts = all("form[data-draft]");
// A sent form was taken where another page answers, or this one says that it is done. A page that
// only tells of a failure proves nothing, nor does the same form after signing in again.
if (me && !document.querySelector("[data-failure]")) {
  const here = new Set(drafts.map(named));
  const done = document.querySelector(".n-done") !== null;
  for (const key of Object.keys(sessionStorage).filter((name) => name.startsWith(PREFIX))) {
    const kept = read(key);
    if (!kept || kept.by !== me || (kept.sent && (done || !here.has(key)))) sessionStorage.removeItem(key);
  }
}
for (const form of drafts) {
  const kept = read(named(form));
  const fields = all(kinds, form).filter((field) => field.name);
  // What the server gave back after a refusal is newer than what the tab remembers.
  if (kept?.values.length === fields.length && !form.querySelector("[aria-invalid]") && !document.querySelector(".error-summary")) {
    fields.forEach((field, index) => {
      if (/checkbox|radio/.test(field.type)) field.checked = kept.values[index];
      else field.value = kept.values[index];
    });
  }
  let pause;
  form.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(keep, 400, form, false);
  });
  form.addEventListener("submit", () => {
    clearTimeout(pause);
    keep(form, true);
  });
}
for (const form of all("[data-forget]")) {
  form.addEventListener("submit", () => {
    for (const key of Object.keys(sessionStorage)) if (key.startsWith(PREFIX)) sessionStorage.removeItem(key);
  });
}

// Work in the background: asks until it is done, seldom while nobody looks. What it leads to
// neither overtakes a page that was asked for meanwhile nor takes words from under someone's hands.
let leaving = false;
addEventListener("beforeunload", () => (leaving = true));
for (const work of all("[data-poll-url]")) {
  const words = work.querySelector("[data-poll-text]");
  const bar = work.querySelector("progress");
  const ask = async () => {
    let wait = document.hidden ? 10000 : 1000;
    try {
      const answer = await fetch(work.dataset.pollUrl, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const { text, done, percent, next } = await answer.json();
      words.textContent = text;
      if (percent === null || percent === undefined) bar.removeAttribute("value");
      else bar.value = percent;
      if (done && next && (leaving || document.activeElement?.matches("input, textarea, select"))) {
        leaving = false; // a download leaves the page where it was
        wait = 3000;
      } else if (done) {
        if (next) location.assign(next);
        return;
      }
    } catch {
      words.textContent = work.dataset.wordsLost;
      wait = 10000;
    }
    setTimeout(ask, wait);
  };
  setTimeout(ask, 1000);
}

// On a phone the tabs run off the edge: the current one is where it can be seen.
for (const tab of all(".tabs [aria-current]")) tab.parentElement.scrollLeft = tab.offsetLeft - tab.parentElement.offsetLeft - 16;
