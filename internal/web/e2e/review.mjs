// Answers the review queue as a clerk would, by keys alone, in a real Chromium, and counts: keystrokes, and seconds by the keystroke-level
// model (Card, Moran and Newell): 0.28 s a key, 1.35 s to look at each field and its crop, and what the page takes itself, measured.
// Vietnamese is typed as Telex types it: one more key a mark. What is wrong is known from the papers' truth:
//
//   SOHOA_SERVER=http://… SOHOA_TOKEN=… SOHOA_TRUTH=truth.json node review.mjs
//
// truth.json is {"file name": {"number": …, "date": …}}. The last line printed is a JSON report. SHOTS names a folder for screenshots.
import { mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const KEY = 0.28, LOOK = 1.35;
const base = process.env.SOHOA_SERVER, token = process.env.SOHOA_TOKEN;
const truth = JSON.parse(readFileSync(process.env.SOHOA_TRUTH, "utf8"));
const shots = process.env.SHOTS;
if (shots) mkdirSync(shots, { recursive: true });
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
const problems = [];
const page = await (await browser.newContext({ locale: "vi-VN", timezoneId: "Asia/Ho_Chi_Minh", viewport: { width: 1366, height: 768 } })).newPage();
page.on("pageerror", (e) => problems.push("script error: " + e.message));
page.on("console", (m) => { if (m.type() === "error" && !/status of 409/.test(m.text())) problems.push("console: " + m.text()); });

let keys = 0;
const press = async (k, cost = 1) => { keys += cost; await page.keyboard.press(k); };
// telex counts the keys of a text: a mark is a key more, a capital too.
const telex = (s) => [...s.normalize("NFC")].reduce((n, c) => n + c.normalize("NFD").length + (/[đĐ]/.test(c) ? 1 : 0) + (c !== c.toLowerCase() ? 1 : 0), 0);
const type = async (s) => { keys += telex(s); await page.keyboard.insertText(s); };
const same = (a, b) => a.normalize("NFC").trim() === b.normalize("NFC").trim();

async function look(name) {
  if (!shots) return;
  await page.evaluate(axe);
  const found = await page.evaluate(() => globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], resultTypes: ["violations"] }));
  for (const v of found.violations) for (const n of v.nodes) problems.push(`axe on ${name}: ${v.id}: ${n.target}`);
  await page.screenshot({ path: path.join(shots, name + ".png") });
}

const onScreen = () => page.evaluate(() => {
  if (document.getElementById("review").hidden || document.getElementById("review").inert) return null;
  const facts = [...document.querySelectorAll("#facts span")].map((s) => s.textContent);
  return {
    facts, title: document.getElementById("title").textContent, choices: document.querySelectorAll("#slot .choices").length > 0,
    fields: [...document.querySelectorAll("#slot .ask")].map((li) => { const i = li.querySelector("input, textarea"); return { id: i.id, name: i.dataset.name, value: i.value, tail: li.querySelector(".tail")?.textContent ?? "", crop: !li.querySelector(".crop.none") }; }),
  };
});

// focusOn goes to a field as a person does, by Tab or Shift and Tab.
async function focusOn(fields, want) {
  for (let i = 0; i <= 2 * fields.length; i++) {
    const at = await page.evaluate(() => document.activeElement?.id ?? "");
    if (at === want) return;
    const from = fields.findIndex((f) => f.id === at), to = fields.findIndex((f) => f.id === want);
    await press(from > to ? "Shift+Tab" : "Tab");
  }
}

// mend corrects a text: the words that are wrong where as many stand there, else all of it.
async function mend(value, right) {
  const a = value.split(" "), b = right.split(" ");
  const wrong = a.length === b.length ? b.map((w, i) => (w === a[i] ? -1 : i)).filter((i) => i >= 0) : null;
  if (!wrong || wrong.length * 2 > b.length || value.includes("\n")) { await press("Control+a"); await type(right); return; }
  await press("Control+Home");
  let at = 0, offset = 0;
  for (const i of wrong) {
    for (; at < i; at++) await press("Control+ArrowRight");
    offset = b.slice(0, i).join(" ").length + (i > 0 ? 1 : 0);
    // The caret is put where the words before end: how far a word reaches for the browser is not what is measured.
    await page.evaluate(([o, n]) => document.activeElement.setSelectionRange(o, o + n), [offset, a[i].length]);
    keys++; // Control, Shift and ArrowRight
    await type(b[i]);
  }
}

const toDate = (iso) => iso.split("-").reverse().join("/");
const papers = [];

async function answer(t) {
  const file = t.facts.find((f) => truth[f]), want = truth[file] ?? {};
  const before = keys, from = performance.now();
  const changed = [];
  if (!t.choices) {
    const by = Object.fromEntries(t.fields.map((f) => [f.name, f]));
    const both = by.number && by.date && want.number && want.date && !same(by.number.value, want.number) && by.date.tail && by.date.value === "";
    for (const f of t.fields) {
      const right = f.name === "date" ? (want.date ? toDate(want.date) : "") : (want[f.name] ?? "");
      if (!right || same(f.value, right)) continue;
      if (f.name === "date") {
        if (both) continue;
        const [d, m, y] = right.split("/");
        await focusOn(t.fields, f.id);
        await press("Control+a");
        await type(f.tail.includes(`/ ${m} / ${y}`) ? String(Number(d)) : right);
      } else if (f.name === "number" && both) {
        const [d, m, y] = toDate(want.date).split("/");
        await focusOn(t.fields, f.id);
        await type(`${right} ${Number(d)}` + (by.date.tail.includes(`/ ${m} / ${y}`) ? "" : `/${Number(m)}/${y}`));
        changed.push("date");
      } else {
        await focusOn(t.fields, f.id);
        await mend(f.value, right);
      }
      changed.push(f.name);
    }
  }
  const measures = await page.evaluate(() => performance.getEntriesByName("review-next").length + performance.getEntriesByName("review-next-waited").length);
  await press("Enter");
  const going = await page.waitForFunction((n) => document.getElementById("review").hidden || document.querySelector("#slot .hint.bad") || performance.getEntriesByName("review-next").length + performance.getEntriesByName("review-next-waited").length > n, measures, { timeout: 20000 }).then(() => true);
  if (going && await page.evaluate(() => !document.getElementById("review").hidden && document.querySelector("#slot .hint.bad") !== null)) {
    const said = await page.evaluate(() => document.querySelector("#slot .hint.bad").textContent);
    await press("Enter"); // something is empty: the paper does not have it
    await page.waitForFunction((n) => document.getElementById("review").hidden || performance.getEntriesByName("review-next").length + performance.getEntriesByName("review-next-waited").length > n, measures, { timeout: 20000 })
      .catch(() => { throw new Error(`${file}: stays on the page: ${said}`); });
  }
  papers.push({ file, title: t.title, fields: Math.max(1, t.fields.length), changed, keys: keys - before, scriptSeconds: (performance.now() - from) / 1000 });
}

let report = {};
try {
  await page.goto(base + "/login?next=/review");
  await page.fill("#token", token);
  await page.keyboard.press("Enter");
  await page.waitForURL("**/review");
  for (let n = 0; ; n++) {
    await page.waitForFunction(() => { const r = document.getElementById("review"); return !document.getElementById("nothing").hidden || !r.hidden && !r.inert; }, undefined, { timeout: 30000 });
    const t = await onScreen();
    if (!t) break;
    if ([0, 1, 2, 5, 9].includes(n)) { await page.waitForTimeout(500); await look(`review-${n}`); }
    await page.waitForTimeout(900); // a person looks at least that long; the next one is loaded meanwhile
    await answer(t);
  }
  await look("review-done");
  const waits = await page.evaluate(() => ["review-next", "review-next-waited"].map((n) => performance.getEntriesByName(n).map((m) => m.duration)));
  const sorted = waits[0].toSorted((a, b) => a - b), q = (p) => sorted.length ? Math.round(sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))]) : 0;
  const tasks = papers.length, files = new Set(papers.map((p) => p.file)), fields = papers.reduce((n, p) => n + p.fields, 0), all = papers.reduce((n, p) => n + p.keys, 0);
  const waited = [...waits[0], ...waits[1]].reduce((a, b) => a + b, 0) / 1000;
  const seconds = all * KEY + fields * LOOK + waited, whole = Object.keys(truth).length;
  const each = papers.map((p) => p.keys * KEY + p.fields * LOOK).toSorted((a, b) => a - b);
  report = {
    papers: whole, asked: files.size, tasks, fields, changed: papers.reduce((n, p) => n + p.changed.length, 0), keys: all, keysAPaper: +(all / whole).toFixed(1), seconds: +seconds.toFixed(1),
    secondsAPaper: +(seconds / whole).toFixed(1), secondsAnAskedPaper: +(seconds / Math.max(1, files.size)).toFixed(1), slowest: +each.at(-1)?.toFixed(1), median: +each[Math.floor(each.length / 2)]?.toFixed(1),
    keyToNextMs: { n: sorted.length, p50: q(0.5), p95: q(0.95), max: q(1), notReady: waits[1].length },
    byField: papers.flatMap((p) => p.changed).reduce((m, f) => ({ ...m, [f]: (m[f] ?? 0) + 1 }), {}),
  };
} catch (err) {
  problems.push(String(err.stack ?? err));
  if (shots) await page.screenshot({ path: path.join(shots, "review-failed.png"), fullPage: true }).catch(() => {});
} finally {
  await browser.close();
}
if (process.env.DETAIL) for (const p of papers) console.error(JSON.stringify(p));
for (const p of problems) console.error(p);
console.log(JSON.stringify(report));
process.exit(problems.length > 0 ? 1 : 0);
