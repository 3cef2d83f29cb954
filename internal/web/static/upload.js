// Handing papers in: files and folders, three at a time. Small files go in one request; larger ones resumably (tus 1.0), and
// go on where they stopped, after a lost connection and after the page was loaded again.
const form = document.getElementById("upload");
const say = (k) => form.dataset["t" + k[0].toUpperCase() + k.slice(1)];
const atOnce = 3, resumableFrom = 8 << 20, piece = 32 << 20;
const endpoint = "/api/v1/uploads/";

const queue = [], all = [];
let active = 0;
const counts = { in: 0, existing: 0, failed: 0 };
const list = document.getElementById("list"), total = document.getElementById("total"), summary = document.getElementById("summary");
const followLink = document.getElementById("follow");

// --- what is dropped or chosen

const junk = (name) => name.startsWith(".") || name === "Thumbs.db" || name === "desktop.ini";

async function* walk(entry) {
  if (junk(entry.name)) return;
  if (entry.isFile) { yield await new Promise((ok, no) => entry.file(ok, no)); return; }
  const reader = entry.createReader();
  for (;;) { // a folder tells its entries a hundred at a time
    const some = await new Promise((ok, no) => reader.readEntries(ok, no));
    if (some.length === 0) return;
    for (const e of some) yield* walk(e);
  }
}

const drop = document.getElementById("drop");
let depth = 0;
const hasFiles = (e) => e.dataTransfer?.types.includes("Files");
addEventListener("dragenter", (e) => { if (hasFiles(e)) { depth++; drop.classList.add("over"); } });
addEventListener("dragleave", (e) => { if (hasFiles(e) && --depth <= 0) { depth = 0; drop.classList.remove("over"); } });
addEventListener("dragover", (e) => { if (hasFiles(e)) e.preventDefault(); });
addEventListener("drop", async (e) => {
  if (!hasFiles(e)) return;
  e.preventDefault();
  depth = 0;
  drop.classList.remove("over");
  const entries = [...e.dataTransfer.items].map((i) => i.webkitGetAsEntry?.() ?? i.getAsFile()).filter(Boolean);
  for (const entry of entries) {
    if (entry instanceof File) { add(entry); continue; }
    try { for await (const f of walk(entry)) add(f); } catch (err) { add(new File([], entry.name), String(err)); }
  }
});
for (const [button, input] of [["choose", "files"], ["choose-folder", "folder"]]) {
  const el = document.getElementById(input);
  document.getElementById(button).addEventListener("click", () => el.click());
  el.addEventListener("change", () => { for (const f of el.files) if (!junk(f.name)) add(f); el.value = ""; });
}

// --- one file

function settings() {
  const d = new FormData(form), s = {};
  for (const k of ["batch", "dossier", "unit", "access", "queue"]) if (d.get(k)) s[k] = String(d.get(k)).trim();
  return s;
}

function stack() {
  const d = new FormData(form);
  return { splitting: d.get("splitting"), page_order: d.get("page_order") };
}

function add(file, problem) {
  const li = document.createElement("li");
  const name = document.createElement("span"), bar = document.createElement("progress"), state = document.createElement("span");
  name.className = "name";
  name.textContent = file.name;
  bar.max = 1;
  bar.value = 0;
  bar.setAttribute("aria-label", file.name);
  state.className = "state";
  li.append(name, bar, state);
  list.append(li);
  document.getElementById("sent").hidden = false;
  const job = { file, li, bar, state, sent: 0, settings: settings(), stack: stack() };
  all.push(job);
  show(job, "waiting");
  if (problem) return fail(job, problem);
  if (file.size === 0) return fail(job, say("empty"));
  if (Number(form.dataset.max) > 0 && file.size > Number(form.dataset.max)) return fail(job, say("large"));
  queue.push(job);
  pump();
}

function show(job, what, text) {
  job.what = what;
  job.li.className = what;
  job.state.textContent = text ?? say(what);
  if (what === "in" || what === "existing") { job.sent = job.file.size; job.bar.value = 1; }
  tally();
}

function fail(job, why) {
  show(job, "failed");
  let p = job.li.querySelector(".why");
  if (!p) {
    p = document.createElement("span");
    p.className = "why";
    job.li.append(p);
  }
  p.textContent = why + " ";
  const again = document.createElement("button");
  again.type = "button";
  again.className = "quiet link";
  again.textContent = say("again");
  again.setAttribute("aria-label", `${say("again")}: ${job.file.name}`);
  again.addEventListener("click", () => { p.remove(); show(job, "waiting"); job.settings = settings(); job.stack = stack(); queue.push(job); pump(); });
  if (job.file.size > 0) p.append(again);
}

let told = 0, later = null;
function tally() {
  counts.in = counts.existing = counts.failed = 0;
  let sent = 0, size = 0;
  for (const j of all) {
    if (j.what in counts) counts[j.what]++;
    sent += Math.min(j.sent, j.file.size);
    size += j.file.size;
  }
  total.max = Math.max(size, 1);
  total.value = sent;
  const text = say("summary").replace(/\{(\w+)\}/g, (_, k) => k === "all" ? all.length : counts[k]);
  clearTimeout(later); // the region is live: it speaks at most every second
  later = setTimeout(() => { told = Date.now(); summary.textContent = text; }, Math.max(0, 1000 - (Date.now() - told)));
}

function pump() {
  while (active < atOnce && queue.length > 0) {
    const job = queue.shift();
    active++;
    send(job).catch((err) => fail(job, String(err?.message ?? err))).finally(() => { active--; pump(); });
  }
}

addEventListener("beforeunload", (e) => { if (active > 0 || queue.length > 0) { e.preventDefault(); } });

// --- sending

class Refused extends Error {}

function request(method, url, { headers = {}, body = null, progress } = {}) {
  return new Promise((ok, no) => {
    const x = new XMLHttpRequest(); // fetch does not tell how much was sent
    x.open(method, url);
    for (const [k, v] of Object.entries(headers)) x.setRequestHeader(k, v);
    if (progress) x.upload.addEventListener("progress", (e) => progress(e.loaded));
    x.addEventListener("load", () => ok(x));
    for (const e of ["error", "abort", "timeout"]) x.addEventListener(e, () => no(new Error("network")));
    x.send(body);
  });
}

function reason(x) {
  if (x.status === 401) return say("signin");
  try {
    const p = JSON.parse(x.responseText);
    return p.detail || p.title;
  } catch { return `HTTP ${x.status}`; }
}

const pause = (s) => new Promise((f) => setTimeout(f, s * 1000));

// A batch is told how its files are taken apart before the first of them goes, and again when the choice has changed.
const opened = new Map();
function openBatch(job) {
  const s = job.settings, key = JSON.stringify([s.unit, s.batch]);
  const what = JSON.stringify({ name: s.batch, unit: s.unit, queue: s.queue, splitting: job.stack.splitting, page_order: job.stack.page_order });
  const known = opened.get(key);
  if (!s.batch || known?.what === what) return known?.done;
  const done = request("POST", "/api/v1/batches", { headers: { "Content-Type": "application/json" }, body: what }).then(settle);
  opened.set(key, { what, done });
  done.catch(() => opened.delete(key));
  return done;
}

async function send(job) {
  for (let attempt = 0; ; attempt++) {
    try {
      show(job, "sending");
      await openBatch(job);
      const answer = job.file.size >= resumableFrom ? await sendResumably(job) : await sendWhole(job);
      show(job, answer.existing ? "existing" : "in");
      if (answer.batch) { followLink.href = `/batches/${answer.batch}`; followLink.hidden = false; }
      return;
    } catch (err) {
      if (err instanceof Refused || attempt >= 6) throw err;
      show(job, "retrying");
      await pause(err.after ?? Math.min(30, 2 ** attempt));
    }
  }
}

function settle(x) {
  if (x.status >= 200 && x.status < 300) return;
  if (x.status === 503 || x.status === 504 || x.status === 502 || x.status === 429) {
    throw Object.assign(new Error(reason(x)), { after: Number(x.getResponseHeader("Retry-After")) || undefined });
  }
  throw new Refused(reason(x));
}

async function sendWhole(job) {
  const body = new FormData();
  for (const [k, v] of Object.entries(job.settings)) body.append(k, v);
  body.append("file", job.file, job.file.name);
  const x = await request("POST", "/api/v1/accessions", { body, progress: (n) => { job.sent = n; job.bar.value = n / job.file.size; tally(); } });
  settle(x);
  const a = JSON.parse(x.responseText);
  return { existing: a.existing, batch: a.accession.batch };
}

const tus = { "Tus-Resumable": "1.0.0" };
const base64 = (s) => btoa(String.fromCharCode(...new TextEncoder().encode(s)));

// Where an upload was left is remembered by what it is, under a digest: a file's name stays out of the browser's storage.
async function fingerprint(job) {
  const what = JSON.stringify([job.file.name, job.file.size, job.file.lastModified, job.settings]);
  if (!crypto.subtle) return null; // only over TLS or on this machine
  const d = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(what)));
  return "sohoa-upload-" + [...d.slice(0, 12)].map((b) => b.toString(16).padStart(2, "0")).join("");
}

function done(x) { return { accession: x.getResponseHeader("X-Sohoa-Accession"), existing: x.getResponseHeader("X-Sohoa-Existing") === "true" }; }

async function sendResumably(job) {
  const print = await fingerprint(job);
  let url = job.url ?? (print && localStorage.getItem(print)), offset = 0;
  if (url) {
    show(job, "checking");
    const x = await request("HEAD", url, { headers: tus });
    if (x.status >= 500) settle(x);
    if (x.status >= 200 && x.status < 300) offset = Number(x.getResponseHeader("Upload-Offset"));
    else url = null;
    if (url && offset === job.file.size) return finish(job, print, x);
    show(job, "sending");
  }
  if (!url) {
    const meta = { name: job.file.name, ...job.settings };
    const x = await request("POST", endpoint, { headers: { ...tus, "Upload-Length": String(job.file.size),
      "Upload-Metadata": Object.entries(meta).map(([k, v]) => `${k} ${base64(v)}`).join(",") } });
    settle(x);
    url = new URL(x.getResponseHeader("Location"), location.href).pathname;
    offset = 0;
    if (print) localStorage.setItem(print, url);
  }
  job.url = url;
  for (;;) {
    const from = offset, end = Math.min(job.file.size, from + piece);
    const x = await request("PATCH", url, {
      headers: { ...tus, "Upload-Offset": String(from), "Content-Type": "application/offset+octet-stream" }, body: job.file.slice(from, end),
      progress: (n) => { job.sent = from + n; job.bar.value = job.sent / job.file.size; tally(); },
    });
    if (x.status === 409 || x.status === 423 || x.status === 460) throw new Error(reason(x)); // ask for the offset again
    if (x.status === 404 || x.status === 410 || (x.status >= 400 && x.status < 500)) { forget(job, print); }
    settle(x);
    offset = Number(x.getResponseHeader("Upload-Offset"));
    if (offset >= job.file.size) return finish(job, print, x);
  }
}

function forget(job, print) {
  job.url = null;
  if (print) localStorage.removeItem(print);
}

async function finish(job, print, x) {
  forget(job, print);
  const d = done(x);
  if (!d.accession) throw new Error("no answer about custody");
  const a = await request("GET", `/api/v1/accessions/${d.accession}`);
  return { existing: d.existing, batch: a.status === 200 ? JSON.parse(a.responseText).batch : undefined };
}
