// The review queue. One task is on the screen, the next is loaded ahead with its pictures, so that a key leads to it at once; answers are
// sent behind it, in order. Everything works by keys alone.
import { parseDate, showDate, splitNumberAndDate } from "./reviewdate.js";

const $ = (id) => document.getElementById(id);
const words = JSON.parse($("words").textContent);
const say = (key, ...args) => { let i = 0; return (words[key] ?? key).replace(/%s/g, () => args[i++] ?? ""); };
const either = (group, key) => words[`${group}.${key}`] ?? key;
const root = $("review"), form = $("answer"), slot = $("slot");
const wish = { batch: root.dataset.batch || undefined, kind: root.dataset.kind || undefined };
const api = "/api/v1/review";
const narrow = matchMedia("(max-width: 42rem)").matches;
const pictureSize = 1600, largeSize = 2400; // the crops show a part of a page at most twice as large as this

let now = null, ahead = null, loading = null;
let heldSince = 0; // when the next one was asked for with no task to show

class Problem extends Error { constructor(p) { super(p.detail || p.title || p.code); Object.assign(this, p); } }

async function call(path, body) {
  for (let tries = 0; ; tries++) {
    let res;
    try {
      res = await fetch(api + path, { method: body === undefined ? "GET" : "POST", headers: body === undefined ? {} : { "Content-Type": "application/json" }, body: body === undefined ? undefined : JSON.stringify(body) });
    } catch (err) {
      if (tries < 4) { await pause(400 << tries); continue; }
      throw new Problem({ code: "unreachable", detail: say("review.unreachable") });
    }
    if (res.status === 204) return null;
    const answer = await res.json().catch(() => ({}));
    if (res.ok) return answer;
    if (res.status === 401) { location.href = "/login?next=" + encodeURIComponent(location.pathname + location.search); }
    if (res.status >= 500 && tries < 4) { await pause(400 << tries); continue; }
    throw new Problem({ status: res.status, ...answer });
  }
}
const pause = (ms) => new Promise((ok) => setTimeout(ok, ms));

// What is sent goes one after the other: an answer is in before the next task is asked for.
let line = Promise.resolve();
const inLine = (f) => (line = line.then(f, f));

// --- pictures

const imageURL = (doc, page, size) => `/api/v1/documents/${doc}/pages/${page}/image?size=${size}`;

function picture(doc, page, alt = "", size = pictureSize) {
  const img = new Image();
  img.alt = alt;
  img.decoding = "sync";
  img.src = imageURL(doc, page, size);
  return img;
}

// --- a task made ready: its elements, with the pictures on their way

function prepare(answer) {
  const t = answer.task;
  const p = { task: t, left: answer.left, sizes: new Map(answer.sizes.map((s) => [s.page, s])), fields: [], crops: [], el: document.createElement("div") };
  p.pages = new Set([t.page || (t.asked ?? []).find((f) => f.page)?.page || 1]);
  if (t.kind === "fields") fieldsOf(p); else choicesOf(p);
  p.images = new Map();
  p.sheets = new Map();
  for (const n of p.pages) p.images.set(n, picture(t.document, n));
  // Everything is drawn before the task is shown, out of sight and at its width: then nothing is left to decode or to scale when its turn comes.
  $("wings").append(p.el);
  layCrops(p);
  p.ready = Promise.allSettled([...p.images].map(async ([n, img]) => { await img.decode(); drawCrops(p, n); sheetOf(p, n); }));
  return p;
}

// draw puts a part of a page's picture on a canvas, in the pixels of the screen.
function draw(canvas, img, x, y, w, h, width, height) {
  const dots = Math.min(2, devicePixelRatio || 1);
  canvas.width = Math.max(1, Math.round(width * dots));
  canvas.height = Math.max(1, Math.round(height * dots));
  const c = canvas.getContext("2d");
  c.imageSmoothingQuality = "high";
  c.drawImage(img, x, y, w, h, 0, 0, canvas.width, canvas.height);
}

// sheetOf is the whole page beside the fields, drawn once.
function sheetOf(p, n) {
  let canvas = p.sheets.get(n);
  if (canvas) return canvas;
  canvas = make("canvas", { role: "img", "aria-label": say("review.pagealt", String(n)) });
  p.sheets.set(n, canvas);
  const img = p.images.get(n) ?? picture(p.task.document, n);
  p.images.set(n, img);
  const put = () => { const high = Math.min(img.naturalHeight, Math.max(600, innerHeight)); draw(canvas, img, 0, 0, img.naturalWidth, img.naturalHeight, high * img.naturalWidth / img.naturalHeight, high); };
  if (img.complete && img.naturalWidth) put(); else img.decode().then(put, () => {});
  return canvas;
}

function make(tag, attrs = {}, ...inside) {
  const el = document.createElement(tag);
  for (const [k, v] of Object.entries(attrs)) if (v !== undefined && v !== null && v !== false) el.setAttribute(k, v === true ? "" : v);
  el.append(...inside.filter((x) => x !== null && x !== undefined));
  return el;
}

function fieldName(f) {
  const [name, n] = f.key.split("#");
  return either("field", name) + (n ? ` (${Number(n)})` : "");
}

function fieldsOf(p) {
  const list = make("ol", { class: "asks" });
  const names = p.task.asked?.map((f) => f.name) ?? [];
  const halves = names.includes("number") && names.includes("date") ? ["number", "date"] : []; // on one line of the paper, and typed in one movement
  p.task.asked?.forEach((f, i) => {
    const id = `f${p.task.id}-${i}`;
    const meta = make("span", { class: "meta", id: id + "-meta" });
    const byHand = f.name === "date" && /^\d{4}-\d\d$/.test(f.value) ? p.task.known?.find((k) => k.name === "day" && k.page === f.page && k.box.x1 > k.box.x0) : null;
    if (byHand) { f.box = byHand.box; meta.append(make("span", {}, say("review.dayby"))); }
    else if (f.value) meta.append(make("span", {}, say("field.sure", Math.round(f.confidence * 100) + "%")), make("span", { class: f.source === "laid" ? "chip" : "" }, either("source", f.source)));
    else meta.append(make("span", {}, say(f.handwritten ? "review.byhand" : "field.unknown")));
    if (f.page) meta.append(make("span", {}, say("review.onpage", f.page)));
    const long = ["subject", "recipients", "signer_title_as_printed", "address", "agency_as_printed"].includes(f.name);
    const input = make(long ? "textarea" : "input", {
      id, lang: "vi", "data-name": f.name, "aria-describedby": `${id}-meta ${id}-hint`, spellcheck: "false", autocapitalize: "off", maxlength: 2000,
      ...(long ? { rows: 1 } : { type: "text", list: f.name === "type" ? "types" : undefined, inputmode: ["number", "date"].includes(f.name) && narrow ? "text" : undefined }),
    });
    const hint = make("p", { class: "hint", id: id + "-hint" });
    const field = { ...f, input, hint, found: f.value };
    let line = input;
    if (f.name === "date") {
      const partial = /^\d{4}-\d\d$/.test(f.value);
      input.value = partial ? "" : showDate(f.value);
      if (partial) {
        field.known = f.value;
        const [y, m] = f.value.split("-");
        line = make("div", { class: "withtail" }, input, make("span", { class: "tail" }, `/ ${m} / ${y}`));
        input.placeholder = say("review.day");
      } else input.placeholder = "23/5/2024";
      field.known = f.value;
    } else {
      input.value = f.value;
      if (f.name === "number" && !f.value && p.task.asked.some((x) => x.name === "date")) input.placeholder = say("review.both");
    }
    field.first = input.value;
    input.addEventListener("input", () => { clear(field); live(p, field); });
    input.addEventListener("focus", () => { if (now === p) spotlight(f.page, f.box); });
    input.addEventListener("blur", () => spread(p, field));
    list.append(make("li", { class: halves.includes(f.name) ? "ask half" : "ask" }, make("div", { class: "line" }, make("label", { for: id }, fieldName(f)), meta), crop(p, f), line, hint));
    p.fields.push(field);
  });
  p.el.append(list);
}

function crop(p, f) {
  const empty = !f.page || !f.box || f.box.x1 <= f.box.x0 || f.box.y1 <= f.box.y0 || !p.sizes.has(f.page);
  if (f.page) p.pages.add(f.page);
  if (empty) return make("p", { class: "crop none" }, say("review.nocrop"));
  const canvas = make("canvas", { role: "img", "aria-label": say("review.crop", fieldName(f)) });
  const mark = make("div", { class: "mark" });
  const el = make("div", { class: "crop" }, canvas, mark);
  el.addEventListener("click", () => bigger(f.page, f.box));
  p.crops.push({ el, canvas, mark, box: f.box, page: f.page, size: p.sizes.get(f.page) });
  return el;
}

// layCrops chooses the part of the page around each box: the box in the middle, with what stands beside it, as large as fits.
function layCrops(p) {
  if (!form.clientWidth || p.width === form.clientWidth) return; // out of sight there is no width
  p.width = form.clientWidth;
  for (const c of p.crops) {
    const width = c.el.clientWidth;
    const { x0, y0, x1, y1 } = c.box, bw = x1 - x0, bh = y1 - y0, W = c.size.width, H = c.size.height;
    const line = Math.min(bh, H * 0.03); // one line of text, about
    const wantW = Math.min(W, Math.max(bw + 2 * Math.max(line * 2.5, W * 0.03), W * (width < 340 ? 0.2 : 0.3)));
    const viewH = Math.min(H, bh + Math.max(line, H * 0.01) * 1.1);
    const scale = Math.max(width / W, Math.min(width / wantW, 190 / viewH));
    const viewW = width / scale;
    const left = Math.max(0, Math.min(W - viewW, (x0 + x1) / 2 - viewW / 2)), top = Math.max(0, Math.min(H - viewH, (y0 + y1) / 2 - viewH / 2));
    c.view = { left, top, viewW, viewH, width, height: viewH * scale };
    c.el.style.height = `${Math.round(viewH * scale)}px`;
    const pad = 3;
    Object.assign(c.mark.style, { left: `${(x0 - left) * scale - pad}px`, top: `${(y0 - top) * scale - pad}px`, width: `${bw * scale + 2 * pad}px`, height: `${bh * scale + 2 * pad}px` });
  }
  for (const n of new Set(p.crops.map((c) => c.page))) drawCrops(p, n);
}

// drawCrops draws the crops of a page, once its picture is there.
function drawCrops(p, n) {
  const img = p.images.get(n);
  if (!img?.complete || !img.naturalWidth) return;
  for (const { view, canvas, page, size } of p.crops) {
    if (page !== n || !view?.width) continue;
    const k = img.naturalWidth / size.width;
    draw(canvas, img, view.left * k, view.top * k, view.viewW * k, view.viewH * k, view.width, view.height);
  }
}

function choicesOf(p) {
  const t = p.task, dossier = t.kind === "dossier";
  const set = make("fieldset", { class: "choices" }, make("legend", {}, either("question", t.reason) === t.reason ? either("question", t.kind) : either("question", t.reason)));
  (t.options ?? []).forEach((o, i) => {
    const why = (o.why ?? []).map((w) => either("why", w)).join(" · ");
    set.append(make("label", { class: "choice" }, make("input", { type: "radio", name: `c${t.id}`, value: o.value, checked: i === 0 && dossier && (o.score ?? 0) >= 0.5 }),
      t.kind === "duplicate" ? make("span", {}, say("review.isthesame", o.label || o.value)) : make("span", {}, make("strong", {}, o.value), o.label ? ` ${o.label}` : ""),
      t.kind === "duplicate" ? make("a", { href: `/documents/${o.value}`, target: "_blank", rel: "noopener", class: "detail" }, say("review.opendoc")) : null,
      make("span", { class: "detail" }, [o.score ? say("field.sure", Math.round(o.score * 100) + "%") : "", why].filter(Boolean).join(" · "))));
  });
  if (dossier) {
    const text = make("input", { type: "text", "aria-label": say("review.othercode"), placeholder: say("review.othercode"), maxlength: 64, class: "othercode" });
    const radio = make("input", { type: "radio", name: `c${t.id}`, value: "other" });
    text.addEventListener("focus", () => { radio.checked = true; });
    set.append(make("label", { class: "choice" }, radio, make("span", {}, say("review.other")), text));
    set.append(make("label", { class: "choice" }, make("input", { type: "radio", name: `c${t.id}`, value: "none" }), make("span", {}, say("review.none"))));
    p.other = text;
  } else {
    set.append(make("label", { class: "choice" }, make("input", { type: "radio", name: `c${t.id}`, value: "looked", checked: t.kind !== "duplicate" }), make("span", {}, either("question", t.kind + "_fine"))));
    set.append(make("p", {}, make("a", { href: `/documents/${t.document}/arrange`, target: "_blank", rel: "noopener" }, say("review.edit"))));
  }
  p.hint = make("p", { class: "hint", role: "alert" });
  set.append(p.hint);
  p.choices = set;
  const known = (t.known ?? []).filter((f) => f.value && ["agency", "number", "symbol", "type", "date", "subject", "holder", "holder_id", "serial"].includes(f.name));
  const dl = make("dl", { class: "known" });
  for (const f of known) dl.append(make("dt", {}, either("field", f.name)), make("dd", { lang: "vi" }, f.name === "date" ? showDate(f.value) : f.value));
  p.el.append(set, dl);
}

// --- typing

function clear(f) { f.hint.textContent = ""; f.hint.className = "hint"; f.input.removeAttribute("aria-invalid"); delete f.input.dataset.empty; }
function hint(f, text, kind = "") { f.hint.textContent = text; f.hint.className = "hint " + kind; if (kind === "bad") f.input.setAttribute("aria-invalid", "true"); }

// live shows what a number with a day, or a day alone, will become.
function live(p, f) {
  const date = p.fields.find((x) => x.name === "date");
  if (f.name === "number" && date) {
    const both = splitNumberAndDate(f.input.value, date.known);
    if (both) hint(f, say("review.becomes", both.number, showDate(both.iso)), "good");
  } else if (f.name === "date" && f.input.value.trim()) {
    const d = parseDate(f.input.value, f.known);
    if (d.iso) hint(f, showDate(d.iso), "good");
  }
}

// spread moves a day typed behind the number into its own field.
function spread(p, f) {
  if (f.name !== "number") return;
  const date = p.fields.find((x) => x.name === "date");
  const both = date && splitNumberAndDate(f.input.value, date.known);
  if (!both) return;
  f.input.value = both.number;
  date.input.value = both.typed;
  clear(f); clear(date);
  live(p, date);
}

// read gives the answer, or shows what is missing and gives null.
function read(p) {
  const t = p.task;
  if (t.kind !== "fields") return readChoice(p);
  for (const f of p.fields) spread(p, f);
  const values = {};
  let bad = null;
  for (const f of p.fields) {
    const typed = f.input.value.trim();
    if (f.name === "date" && typed) {
      const d = parseDate(typed, f.known);
      if (!d.iso) { hint(f, say("review.bad." + d.why), "bad"); bad ??= f; continue; }
      if (d.iso !== f.found) values[f.key] = d.iso;
    } else if (f.name === "number" && typed && !/[\p{Nd}]/u.test(typed)) {
      hint(f, say("review.bad.number"), "bad"); bad ??= f;
    } else if (typed !== f.first.trim()) values[f.key] = typed;
  }
  if (bad) { bad.input.focus(); bad.input.select(); return null; }
  const empty = p.fields.filter((f) => !f.input.value.trim() && !f.input.dataset.empty);
  if (empty.length > 0) { // a field is not left empty by a slip: the second Enter says that the paper does not have it
    for (const f of empty) { f.input.dataset.empty = "1"; hint(f, say("review.emptyagain"), "bad"); f.input.removeAttribute("aria-invalid"); }
    empty[0].input.focus();
    announce(say("review.emptyagain"));
    return null;
  }
  return { version: t.version, values };
}

function readChoice(p) {
  const chosen = p.choices.querySelector("input[type=radio]:checked");
  if (!chosen) { p.hint.textContent = say("review.choose"); p.hint.className = "hint bad"; p.choices.querySelector("input")?.focus(); return null; }
  switch (chosen.value) {
    case "looked": return { version: p.task.version, looked: true };
    case "none": return { version: p.task.version, choice: "" };
    case "other": {
      const code = p.other.value.trim();
      if (!code) { p.hint.textContent = say("review.othercode"); p.hint.className = "hint bad"; p.other.focus(); return null; }
      return { version: p.task.version, choice: code };
    }
    default: return { version: p.task.version, choice: chosen.value };
  }
}

// --- what is on the screen

function announce(text) { $("status").textContent = text; }
function trouble(text) { $("trouble").textContent = text ?? ""; $("trouble").hidden = !text; }

function show(p) {
  now = p;
  root.hidden = !p;
  if (!p) return;
  $("wings").replaceChildren();
  $("nothing").hidden = true;
  const t = p.task;
  slot.replaceChildren(p.el);
  $("title").textContent = t.title;
  $("facts").replaceChildren(...[
    t.urgent ? make("span", { class: "chip urgent" }, say("review.urgent")) : null,
    t.kind === "fields" ? make("span", {}, either("question", t.kind)) : null, make("span", {}, t.name), t.batch_name ? make("span", {}, t.batch_name) : null, make("span", {}, say("review.pages", t.pages ?? 1)),
  ].filter(Boolean));
  $("comment").hidden = !t.comment;
  $("comment").textContent = t.comment ? say("review.says", t.returned_by || "", t.comment) : "";
  left(p.left);
  layCrops(p);
  const first = p.fields.find((f) => !f.input.value) ?? p.fields[0];
  const target = first?.input ?? p.choices?.querySelector("input:checked") ?? p.choices?.querySelector("input");
  sheet(first?.page || t.page || 1, first?.box);
  target?.focus({ preventScroll: true });
  if (target?.select && target.type !== "radio") target.select();
  scrollTo(0, 0);
  announce(say("review.shown", t.title, String(p.fields.length || 1)));
}

function left(n) {
  if (!n) return;
  $("left").textContent = n.open > 0 ? say("review.left", String(n.open)) : "";
}

function nothing(n) {
  now = null;
  root.hidden = true;
  left(n);
  $("nothing").hidden = false;
  $("again").hidden = !n?.skipped;
  $("nothingsays").textContent = n?.skipped ? say("review.onlyskipped", String(n.skipped)) : say("review.alldone");
  announce($("nothingsays").textContent);
  ($("again").hidden ? $("undo2") : $("again")).focus();
}

let shownPage = 0, shownBox = null;
function sheet(page, box) {
  if (!now) return;
  shownPage = page || 1; shownBox = box;
  const canvas = sheetOf(now, shownPage);
  const frame = $("sheet"), size = now.sizes.get(shownPage);
  frame.style.aspectRatio = size ? `${size.width} / ${size.height}` : "";
  if (frame.firstChild !== canvas) frame.replaceChildren(canvas);
  frame.querySelector("svg")?.remove();
  const svg = lit(size, box);
  if (svg) frame.append(svg);
  $("sheetname").textContent = say("review.pageof", String(shownPage), String(now.task.pages ?? 1));
  $("sheetprev").disabled = shownPage <= 1;
  $("sheetnext").disabled = shownPage >= (now.task.pages ?? 1);
}
function spotlight(page, box) { if (page) sheet(page, box); }

function lit(size, box) {
  if (!size || !box || box.x1 <= box.x0) return null;
  const ns = "http://www.w3.org/2000/svg", svg = document.createElementNS(ns, "svg"), r = document.createElementNS(ns, "rect");
  svg.setAttribute("viewBox", `0 0 ${size.width} ${size.height}`);
  svg.setAttribute("aria-hidden", "true");
  const pad = size.width / 150;
  for (const [k, v] of Object.entries({ x: box.x0 - pad, y: box.y0 - pad, width: box.x1 - box.x0 + 2 * pad, height: box.y1 - box.y0 + 2 * pad, rx: pad })) r.setAttribute(k, v);
  svg.append(r);
  return svg;
}

function bigger(page = shownPage, box = shownBox) {
  if (!now) return;
  const dialog = $("bigpage"), n = Math.max(1, Math.min(page || 1, now.task.pages ?? 1));
  shownPage = n;
  const img = picture(now.task.document, n, say("review.pagealt", String(n)), largeSize);
  const holder = make("div", {}, img), size = now.sizes.get(n), svg = lit(size, box);
  if (svg) holder.append(svg);
  $("bigsheet").replaceChildren(holder);
  $("bigname").textContent = say("review.pageof", String(n), String(now.task.pages ?? 1));
  $("bigprev").disabled = n <= 1;
  $("bignext").disabled = n >= (now.task.pages ?? 1);
  if (!dialog.open) dialog.showModal();
  $("bigsheet").focus();
  if (size && box && box.y1 > box.y0) $("bigsheet").scrollTop = Math.max(0, (box.y0 / size.width) * $("bigsheet").clientWidth - 120);
}
const turnBig = (by) => bigger(shownPage + by, null);

// --- going on

function advance(started) {
  const next = ahead;
  ahead = null;
  trouble("");
  if (next) {
    show(next);
    requestAnimationFrame(() => requestAnimationFrame(() => performance.measure("review-next", { start: started, end: performance.now() })));
  } else {
    heldSince = started;
    now = null;
    root.inert = true;
  }
}

// ask loads the next task: to show it where none is, else to have it ready.
function ask() {
  loading ??= inLine(async () => {
    try {
      const a = await call("/next", { ...wish, after: now?.task.id });
      const same = a.task && (a.task.id === now?.task.id);
      if (!a.task || same) {
        if (!now) { root.inert = false; nothing(a.left); } else left(a.left);
        return;
      }
      const p = prepare(a);
      left(a.left);
      if (now) { ahead = p; } else {
        await Promise.race([p.ready, pause(1500)]);
        root.inert = false;
        show(p);
        if (heldSince) { performance.measure("review-next-waited", { start: heldSince, end: performance.now() }); heldSince = 0; }
        setTimeout(ask, 0);
      }
    } catch (err) {
      root.inert = false;
      trouble(err.message);
    } finally { loading = null; }
  });
  return loading;
}

// send does what the person said with a task that has left the screen; where that fails the task comes back.
function send(p, path, body, kept) {
  inLine(async () => {
    try {
      const done = await call(`/tasks/${p.task.id}/${path}`, body);
      dispatchEvent(new CustomEvent("review-sent", { detail: { id: p.task.id, path } }));
      return done;
    } catch (err) {
      if (err.status === 409 || err.status === 404) { trouble(say("review.moved", p.task.title)); return; }
      if (now && !ahead) ahead = now;
      root.inert = false;
      show(p);
      const at = kept && /^([a-z_]+(?:#\d+)?): (.*)$/s.exec(err.message);
      const f = at && p.fields.find((x) => x.key === at[1]);
      if (f) { hint(f, at[2], "bad"); f.input.focus(); f.input.select(); } else trouble(err.message);
    }
  });
  ask();
}

function accept() {
  if (!now) return;
  const started = performance.now(), p = now, body = read(p);
  if (!body) return;
  advance(started);
  send(p, "answer", body, true);
}

function skip() {
  if (!now) return;
  const p = now;
  advance(performance.now());
  send(p, "skip", {});
}

function undo() {
  inLine(async () => {
    try {
      const a = await call("/undo", {});
      if (now) ahead = now; // the one that was loaded ahead went back
      root.inert = false;
      show(prepare(a));
      announce(say("review.undone"));
    } catch (err) { trouble(err.status === 409 ? say("review.nothingtoundo") : err.message); }
  });
}

async function elsewhere() {
  if (!now) return;
  $("back").showModal();
  if ($("account").options.length === 0) {
    const { accounts } = await call("/reviewers?unit=" + encodeURIComponent(now.task.unit)).catch(() => ({ accounts: [] }));
    $("account").replaceChildren(...accounts.filter((a) => a !== root.dataset.account).map((a) => make("option", {}, a)));
  }
}

$("backform").addEventListener("change", () => { $("towhom").hidden = new FormData($("backform")).get("step") !== "hand-on"; });
$("backform").addEventListener("submit", (e) => {
  e.preventDefault();
  if (!now) return;
  const step = new FormData($("backform")).get("step"), comment = $("say").value.trim();
  if (!comment && (step === "rescan" || step === "split")) { $("say").setAttribute("aria-invalid", "true"); $("say").focus(); return; }
  $("say").removeAttribute("aria-invalid");
  $("back").close();
  const p = now;
  $("say").value = "";
  advance(performance.now());
  if (step === "hand-on") send(p, "hand-on", { account: $("account").value, comment }); else send(p, "return", { step, comment });
});

// --- keys and buttons

form.addEventListener("submit", (e) => { e.preventDefault(); accept(); });
form.addEventListener("keydown", (e) => {
  if (e.key === "Enter" && !e.isComposing && !e.shiftKey && e.target.matches("textarea, input")) { e.preventDefault(); accept(); }
});
for (const [id, f] of [["skip", skip], ["undo", undo], ["undo2", undo], ["whole", () => bigger()], ["elsewhere", elsewhere], ["help", () => $("helpbox").showModal()],
  ["bigclose", () => $("bigpage").close()], ["bigprev", () => turnBig(-1)], ["bignext", () => turnBig(1)], ["backclose", () => $("back").close()],
  ["sheetprev", () => sheet(shownPage - 1)], ["sheetnext", () => sheet(shownPage + 1)],
  ["again", async () => { await call("/skips/forget", {}); ask(); }]]) $(id).addEventListener("click", f);
$("sheet").addEventListener("click", () => bigger());
addEventListener("keydown", (e) => {
  if (e.isComposing || e.ctrlKey || e.metaKey || e.altKey) return;
  if ($("bigpage").open) {
    if (e.key === "F2") { e.preventDefault(); $("bigpage").close(); }
    if (e.key === "ArrowLeft") turnBig(-1);
    if (e.key === "ArrowRight") turnBig(1);
    return;
  }
  if (document.querySelector("dialog[open]")) return;
  const f = { F1: () => $("helpbox").showModal(), F2: () => bigger(), F4: skip, F8: undo, F9: elsewhere }[e.key];
  if (f) { e.preventDefault(); f(); }
});
new ResizeObserver(() => { if (now) layCrops(now); }).observe(form);

// A sign of life for what is held, and a look for new work where there is none.
setInterval(() => {
  for (const p of [now, ahead]) if (p) call(`/tasks/${p.task.id}/claim`, {}).catch((err) => {
    if (err.status !== 409) return;
    if (p === ahead) ahead = null; else trouble(say("review.lost"));
  });
}, 60_000);
setInterval(() => { if (!now && !document.hidden && !$("nothing").hidden) ask(); else if (now && !ahead && !document.hidden) ask(); }, 10_000);

ask();
