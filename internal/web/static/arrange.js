// Which pages make which documents: every change is one request against the versions that are on the screen; what is shown then comes rendered from the
// server. Mouse: click chooses, shift-click a run, dragging moves. Keys: arrows, space, and a letter for each tool.
import { shortcuts } from "./app.js";

const root = document.getElementById("arrange");
const words = JSON.parse(document.getElementById("words").textContent);
const word = (k) => words["arrange." + k] ?? k;
let piles = document.getElementById("piles");
let cut = []; // pages to be moved: {document, page}
let anchor = null, busy = false;

const leaves = () => [...piles.querySelectorAll(".leaf")];
const chosen = () => [...piles.querySelectorAll('.leaf[aria-pressed="true"]')];
const pileOf = (el) => el.closest(".pile");
const key = (leaf) => `${pileOf(leaf).dataset.id} ${leaf.dataset.page ?? "out " + leaf.dataset.out}`;

function say(text, bad) {
  const p = document.getElementById("say");
  p.textContent = text;
  p.hidden = !text;
  p.classList.toggle("warn", !!bad);
}

// The leaf that tools act at: the focused one, or the only chosen one.
function here() {
  const f = document.activeElement?.closest?.(".leaf");
  return f ?? chosen()[0] ?? null;
}

// The pages that tools act on: those chosen, or the focused one. Only pages, or only left-out ones.
function picked(out) {
  const list = chosen();
  const some = list.length > 0 ? list : [here()].filter(Boolean);
  return some.filter((l) => (out ? l.dataset.out : l.dataset.page));
}

function roving(leaf) {
  for (const l of leaves()) l.tabIndex = l === leaf ? 0 : -1;
}

function press(leaf, on) {
  leaf.setAttribute("aria-pressed", String(on));
}

function tell() {
  const n = chosen().length;
  document.getElementById("chosen").textContent = [n ? word("chosen").replace("%s", n) : "", cut.length ? word("moving").replace("%s", cut.length) : ""].filter(Boolean).join(" · ");
  for (const t of ["paste", "replace"]) tool(t).hidden = cut.length === 0;
}
const tool = (name) => root.querySelector(`.arrange-bar [data-do="${name}"]`);

function choose(leaf, e) {
  if (e?.shiftKey && anchor && pileOf(anchor)) {
    const all = leaves(), a = all.indexOf(anchor), b = all.indexOf(leaf);
    for (const l of all.slice(Math.min(a, b), Math.max(a, b) + 1)) press(l, true);
  } else {
    press(leaf, leaf.getAttribute("aria-pressed") !== "true");
    anchor = leaf;
  }
  roving(leaf);
  tell();
}

// Pages by document, in the order of the screen.
function byDocument(list, field) {
  const m = new Map();
  for (const l of list) {
    const id = pileOf(l).dataset.id;
    if (!m.has(id)) m.set(id, []);
    m.get(id).push(Number(l.dataset[field]));
  }
  return m;
}

async function ask(method, path, body) {
  const r = await fetch("/api/v1" + path, { method, headers: { "Content-Type": "application/json" }, body: body ? JSON.stringify(body) : undefined });
  if (r.ok) return r.json();
  const p = await r.json().catch(() => ({}));
  throw Object.assign(new Error(p.detail || p.title || `HTTP ${r.status}`), { status: r.status });
}

// Loads the page anew and puts the focus where it was, or on the nearest leaf.
async function reload() {
  const at = here(), k = at && key(at), i = at ? leaves().indexOf(at) : 0;
  const r = await fetch(location.href, { headers: { Accept: "text/html" }, redirect: "error" });
  const next = new DOMParser().parseFromString(await r.text(), "text/html");
  const fresh = next.getElementById("piles");
  if (!fresh) { location.reload(); return; }
  piles.replaceWith(fresh);
  piles = fresh;
  for (const t of ["undo", "redo"]) {
    const now = next.querySelector(`.arrange-bar [data-do="${t}"]`);
    tool(t).dataset.id = now.dataset.id;
    tool(t).disabled = now.disabled;
  }
  const old = document.querySelector("details.settings"), history = next.querySelector("details.settings");
  if (old && history) { history.open = old.open; old.replaceWith(history); } else if (history) document.querySelector("main").append(history);
  cut = [];
  anchor = null;
  const all = leaves(), focus = all.find((l) => key(l) === k) ?? all[Math.min(i, all.length - 1)];
  if (focus) { roving(focus); focus.focus({ preventScroll: true }); }
  tell();
}

async function send(what, path, body) {
  if (busy) return;
  busy = true;
  piles.setAttribute("aria-busy", "true");
  try {
    await ask("POST", path, body);
    await reload();
    say(word("did").replace("%s", what));
  } catch (err) {
    if (err.status === 409) await reload().catch(() => {});
    say(err.status === 409 ? `${word("conflict")} ${err.message}` : String(err.message), true);
  } finally {
    busy = false;
    piles.removeAttribute("aria-busy");
  }
}

function arrange(what, operations, documents) {
  const expected = {};
  for (const id of documents) expected[id] = Number(piles.querySelector(`.pile[data-id="${id}"]`).dataset.version);
  return send(what, "/arrangements", { expected, operations });
}

function move(to, before) {
  const from = new Map();
  for (const c of cut) from.set(c.document, [...(from.get(c.document) ?? []), c.page]);
  const operations = [];
  let place = before;
  for (const [document, pages] of from) {
    operations.push({ do: "move", document, pages, to, before: place });
    if (document === to) place -= pages.filter((p) => p < place).length;
    place += pages.length;
  }
  return arrange(word("kind.move"), operations, new Set([to, ...from.keys()]));
}

const turn = (degrees) => {
  const list = byDocument(picked(false), "page");
  if (list.size) arrange(word("kind.turn"), [...list].map(([document, pages]) => ({ do: "turn", document, pages, turn: degrees })), list.keys());
};

const tools = {
  split() {
    const at = here();
    if (!at) return;
    const pile = pileOf(at), before = Number(at.dataset.page ?? [...pile.querySelectorAll(".leaf")].slice([...pile.querySelectorAll(".leaf")].indexOf(at)).find((l) => l.dataset.page)?.dataset.page ?? 0);
    if (before < 2) return say(word("nosplit"), true);
    arrange(word("kind.split"), [{ do: "split", document: pile.dataset.id, before }], [pile.dataset.id]);
  },
  merge(pile) {
    pile ??= here() && pileOf(here());
    const before = pile?.previousElementSibling;
    if (!before?.classList.contains("pile")) return say(word("nomerge"), true);
    arrange(word("kind.merge"), [{ do: "merge", documents: [before.dataset.id, pile.dataset.id] }], [before.dataset.id, pile.dataset.id]);
  },
  cut() {
    for (const l of leaves()) l.classList.remove("moving");
    cut = picked(false).map((l) => { l.classList.add("moving"); return { document: pileOf(l).dataset.id, page: Number(l.dataset.page) }; });
    for (const l of chosen()) press(l, false);
    tell();
    say(cut.length ? word("nowpaste") : word("nopages"), !cut.length);
  },
  paste() {
    const at = here();
    if (!at || cut.length === 0) return;
    move(pileOf(at).dataset.id, Number(at.dataset.page ?? pileOf(at).querySelectorAll(".leaf[data-page]").length + 1));
  },
  replace() {
    const at = here();
    if (!at?.dataset.page || cut.length !== 1 || cut[0].document === pileOf(at).dataset.id) return say(word("noreplace"), true);
    const document = pileOf(at).dataset.id;
    arrange(word("kind.replace"), [{ do: "replace", document, pages: [Number(at.dataset.page)], by: cut[0].document, with: cut[0].page }], [document, cut[0].document]);
  },
  left: () => turn(270),
  right: () => turn(90),
  over: () => turn(180),
  out() {
    const list = byDocument(picked(false), "page");
    if (list.size) arrange(word("kind.take_out"), [...list].map(([document, pages]) => ({ do: "take_out", document, pages })), list.keys());
  },
  back() {
    const list = byDocument(picked(true), "out");
    if (list.size === 0) return say(word("noleftout"), true);
    arrange(word("kind.put_back"), [...list].map(([document, left_out]) => ({ do: "put_back", document, left_out })), list.keys());
  },
  undo() { const id = tool("undo").dataset.id; if (id) send(word("undo"), `/arrangements/${id}/undo`); },
  redo() { const id = tool("redo").dataset.id; if (id) send(word("redo"), `/arrangements/${id}/undo`); },
};

const keys = { s: "split", m: "merge", x: "cut", v: "paste", g: "replace", "[": "left", "]": "right", o: "over", delete: "out", backspace: "out", p: "back", z: "undo", y: "redo" };

root.addEventListener("click", (e) => {
  const leaf = e.target.closest(".leaf");
  if (leaf) return choose(leaf, e);
  const t = e.target.closest("[data-do]");
  if (t) tools[t.dataset.do](t.closest(".pile") ?? undefined);
});

root.addEventListener("keydown", (e) => {
  const leaf = e.target.closest(".leaf");
  if (!leaf || e.altKey || (e.ctrlKey || e.metaKey) && !["z", "y", "x", "v"].includes(e.key.toLowerCase())) return;
  const all = leaves(), i = all.indexOf(leaf);
  const go = (to) => { if (!to) return; e.preventDefault(); if (e.shiftKey) { press(leaf, true); press(to, true); tell(); } roving(to); to.focus(); };
  const row = (step) => { // the leaf above or below
    const r = leaf.getBoundingClientRect();
    const rows = all.filter((l) => (l.getBoundingClientRect().top - r.top) * step > r.height / 3);
    const edge = rows.length && (step > 0 ? Math.min : Math.max)(...rows.map((l) => l.getBoundingClientRect().top));
    return rows.filter((l) => Math.abs(l.getBoundingClientRect().top - edge) < 8)
      .sort((a, b) => Math.abs(a.getBoundingClientRect().left - r.left) - Math.abs(b.getBoundingClientRect().left - r.left))[0];
  };
  switch (e.key) {
    case "ArrowRight": return go(all[i + 1]);
    case "ArrowLeft": return go(all[i - 1]);
    case "ArrowDown": return go(row(1));
    case "ArrowUp": return go(row(-1));
    case "Home": return go(all[0]);
    case "End": return go(all.at(-1));
    case "Escape": for (const l of chosen()) press(l, false); cut = []; for (const l of all) l.classList.remove("moving"); say(""); return tell();
  }
  const name = keys[e.key.toLowerCase()];
  if (!name || e.repeat || !shortcuts.on()) return;
  e.preventDefault();
  tools[name]();
});

root.addEventListener("focusin", (e) => { const l = e.target.closest(".leaf"); if (l) roving(l); });

root.addEventListener("dragstart", (e) => {
  const leaf = e.target.closest(".leaf[data-page]");
  if (!leaf) return;
  if (leaf.getAttribute("aria-pressed") !== "true") { for (const l of chosen()) press(l, false); press(leaf, true); }
  cut = picked(false).map((l) => ({ document: pileOf(l).dataset.id, page: Number(l.dataset.page) }));
  e.dataTransfer.setData("text/plain", String(cut.length));
  e.dataTransfer.effectAllowed = "move";
});
const clear = () => { for (const l of piles.querySelectorAll(".over")) l.classList.remove("over"); };
root.addEventListener("dragover", (e) => {
  const over = e.target.closest(".leaf, .pile");
  if (!over || cut.length === 0) return;
  e.preventDefault();
  clear();
  over.classList.add("over");
});
root.addEventListener("dragend", clear);
root.addEventListener("drop", (e) => {
  const leaf = e.target.closest(".leaf"), pile = e.target.closest(".pile");
  clear();
  if (!pile || cut.length === 0) return;
  e.preventDefault();
  move(pile.dataset.id, Number(leaf?.dataset.page ?? pile.querySelectorAll(".leaf[data-page]").length + 1));
});

const asked = /^#page-(\d+)$/.exec(location.hash);
const start = asked && piles.querySelector(`.leaf[data-page="${asked[1]}"]`);
roving(start ?? leaves()[0]);
if (start) start.focus();
tell();
