// A clerk's morning in a real Chromium: drop a scanned stack on the upload page, follow it, answer what is asked, file the paper whose sheet was
// damaged, and look at what became of it, at desktop and phone width, with axe looking at each page.
//
//   SOHOA_SERVER=… SOHOA_TOKEN=… SHOW_STACK=stack.pdf SHOW_TRUTH=truth.json SHOTS=DIR node show.mjs
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const base = process.env.SOHOA_SERVER, token = process.env.SOHOA_TOKEN, shots = process.env.SHOTS ?? "shots";
const truth = JSON.parse(readFileSync(process.env.SHOW_TRUTH, "utf8"));
mkdirSync(shots, { recursive: true });
const problems = [];
const check = (ok, what) => { if (!ok) problems.push(what); console.log(`${ok ? "ok  " : "FAIL"} ${what}`); };
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run", "--disable-background-networking"] });

async function signedIn(kind, options, as = token) {
  const c = await browser.newContext({ locale: "vi-VN", timezoneId: "Asia/Ho_Chi_Minh", ...options });
  const page = await c.newPage();
  page.kind = kind;
  page.tasks = new Map();
  page.on("pageerror", (e) => problems.push(`script error on ${page.url()}: ${e.message}`));
  page.on("request", (r) => { if (!r.url().startsWith(base) && !/^(data|blob|chrome-error):/.test(r.url())) problems.push(`request to another host: ${r.url()}`); });
  page.on("response", async (r) => { // tasks as the page was given them
    if (!r.url().includes("/api/v1/review/next")) return;
    const a = await r.json().catch(() => null);
    if (a?.task) page.tasks.set(String(a.task.id), a.task);
  });
  await page.goto(base + "/login");
  await page.fill("#token", as);
  await page.keyboard.press("Enter");
  await page.waitForURL(base + "/");
  return page;
}

async function look(page, name) {
  name = `show-${page.kind}-${name}`;
  await page.waitForLoadState("load");
  await page.evaluate(axe);
  const found = await page.evaluate(() => globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], resultTypes: ["violations"] }));
  for (const v of found.violations) for (const n of v.nodes) problems.push(`axe on ${name}: ${v.id}: ${n.target} ${n.failureSummary?.split("\n")[1] ?? ""}`);
  check(found.violations.length === 0, `axe finds nothing on ${name}`);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  check(wide <= 0, `${name} does not scroll sideways (${wide})`);
  await page.screenshot({ path: path.join(shots, name + ".png"), fullPage: true });
}

const api = (page, url) => page.evaluate(async (u) => (await fetch(u)).json(), "/api/v1" + url);

async function drop(page) {
  await page.goto(base + "/upload");
  await page.fill("#batch", truth.batch);
  await look(page, "upload");
  await page.evaluate(() => { const i = document.createElement("input"); i.type = "file"; i.id = "from-the-desktop"; i.hidden = true; document.body.append(i); });
  await page.setInputFiles("#from-the-desktop", process.env.SHOW_STACK);
  const data = await page.evaluateHandle(() => { const d = new DataTransfer(); for (const f of document.getElementById("from-the-desktop").files) d.items.add(f); return d; });
  await page.dispatchEvent("#drop", "dragenter", { dataTransfer: data });
  await page.dispatchEvent("#drop", "drop", { dataTransfer: data });
  await page.waitForSelector("#list li.in", { timeout: 120000 });
  check(true, "the stack is in custody");
  await page.click("#follow");
  await page.waitForSelector("#rows tr");
  const batch = new URL(page.url()).pathname.split("/").pop();
  const within = Number(process.env.ARCHIVE_SECONDS ?? 1200) * 1000;
  await page.waitForFunction(() => { const p = document.querySelector("#summary progress"); return p && Number(p.max) > 1 && p.value === p.max; }, null, { timeout: within });
  check(true, "the stack came to its end while being watched");
  await page.waitForTimeout(1500);
  await look(page, "batch");
  return batch;
}

// paperOf finds the paper that a document is.
const papers = new Map();
async function paperOf(page, document) {
  if (!papers.has(document)) {
    const d = await api(page, `/documents/${document}`);
    papers.set(document, truth.papers.find((p) => p.pages.includes(d.page_list?.[0]?.page)) ?? null);
  }
  return papers.get(document);
}

function printed(paper, name) {
  const f = paper.fields, own = { number: f.number, symbol: f.symbol, type: f.type, date: f.date, place: f.place, subject: f.subject, agency: f.agency, signer_name: f.signer_name, signer_title_as_printed: f.signer_title_as_printed };
  return name in own ? own[name] : f.extra?.[name];
}

let keys = 0;
async function press(page, key) { keys++; await page.keyboard.press(key); }
async function type(page, text) { keys += text.length; await page.keyboard.type(text); }

// answer answers the task on the screen as a person who reads the paper; false when there is none.
async function answer(page, seen) {
  await page.waitForFunction(() => (!document.getElementById("review").hidden && !document.getElementById("review").inert) || !document.getElementById("nothing").hidden, null, { timeout: 60000 });
  if (await page.locator("#nothing").isVisible()) return false;
  const id = await page.evaluate(() => { const e = document.querySelector("#slot input, #slot textarea"); return (e.id || e.name).replace(/^[fc]/, "").split("-")[0]; });
  const t = page.tasks.get(id), paper = await paperOf(page, t.document);
  if (!seen.has(t.kind)) { seen.add(t.kind); await look(page, `review-${t.kind}`); }
  if (t.kind === "fields") {
    for (const [i, f] of t.asked.entries()) {
      const want = paper && printed(paper, f.name);
      if (want === undefined || want === null) continue;
      const box = page.locator(`#f${id}-${i}`);
      const shown = f.name === "date" && want ? want.split("-").reverse().map(Number).join("/") : want;
      if ((await box.inputValue()) === shown) continue;
      await box.focus();
      await box.selectText();
      if (shown) await type(page, shown); else await press(page, "Delete");
    }
    await page.locator(`#f${id}-0`).focus();
  } else if (t.kind === "dossier" && paper) {
    const options = await page.locator(`input[name=c${id}]`).evaluateAll((l) => l.map((e) => e.value));
    if (options.includes(paper.dossier)) await page.check(`input[name=c${id}][value="${paper.dossier}"]`);
    else { await page.locator("#slot .othercode").focus(); await type(page, paper.dossier); }
    keys++;
  } else if (t.kind === "duplicate") { // both stay: which of two scans is kept is tested elsewhere
    await page.check(`input[name=c${id}][value=looked]`);
    keys++;
  }
  for (let tries = 0; tries < 3; tries++) { // a field that the paper does not have is left empty by a second Enter
    await press(page, "Enter");
    await page.waitForTimeout(150);
    const now = await page.evaluate(() => { const e = document.querySelector("#slot input, #slot textarea"); return document.getElementById("review").hidden || document.getElementById("review").inert || !e ? "" : (e.id || e.name).replace(/^[fc]/, "").split("-")[0]; });
    if (now !== id) return true;
  }
  throw new Error(`task ${id} (${t.kind}, ${JSON.stringify(t.asked?.map((f) => [f.name, f.value]))}) is not accepted: ${await page.locator("#slot").innerText()}`);
}

try {
  const desktop = await signedIn("desktop", { viewport: { width: 1280, height: 900 } });
  const batch = await drop(desktop);
  const phone = await signedIn("phone", { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true });
  await phone.goto(`${base}/batches/${batch}`);
  await look(phone, "batch");
  let answered = 0;
  await phone.goto(`${base}/review?batch=${batch}`);
  const onPhone = new Set();
  for (; answered < 2 && await answer(phone, onPhone); answered++);
  await phone.waitForTimeout(1500);
  await phone.goto(base + "/");
  await desktop.goto(`${base}/review?batch=${batch}`);
  const seen = new Set(), started = Date.now(), before = keys;
  for (let n = 0; await answer(desktop, seen); n++) answered++;
  const next = await desktop.evaluate(() => performance.getEntriesByName("review-next").map((e) => e.duration));
  next.sort((a, b) => a - b);
  console.log(`${answered} questions, ${keys} keys in all, ${keys - before} on the desktop in ${((Date.now() - started) / 1000).toFixed(0)} s of the machine; key to next: median ${next[next.length >> 1]?.toFixed(0)} ms, worst ${next.at(-1)?.toFixed(0)} ms of ${next.length}`);
  await desktop.waitForTimeout(1500);
  await look(desktop, "review-done");
  // The paper under the damaged sheet: the sheet's words say where it belongs.
  const list = await api(desktop, `/documents?batch=${batch}&limit=200`);
  for (const d of list.documents) {
    const paper = await paperOf(desktop, d.id);
    if (!paper?.after_damaged || d.dossier === paper.dossier) continue;
    await desktop.goto(`${base}/batches/${batch}/papers`);
    await desktop.check(`input[name=document][value="${d.id}"]`);
    await desktop.fill("#dossier", paper.dossier);
    await desktop.click("#preview");
    await desktop.waitForSelector("#apply:not([disabled])");
    await look(desktop, "papers");
    const [said] = await Promise.all([desktop.waitForResponse((r) => r.url().includes("/review/bulk")), desktop.click("#apply")]);
    check(said.ok(), "the paper under the damaged sheet is filed by hand");
  }
  const some = list.documents[0];
  for (const page of [desktop, phone]) {
    await page.goto(`${base}/documents/${some.id}`);
    await page.waitForFunction(() => document.getElementById("picture")?.naturalWidth > 0);
    await look(page, "document");
    await page.goto(`${base}/review/report?batch=${batch}`);
    await look(page, "report");
    await page.goto(`${base}/counter`);
    await look(page, "counter");
  }
  const holder = truth.papers.find((p) => p.fields.extra?.holder_id && !p.unknown_dossier);
  if (holder) {
    await desktop.goto(`${base}/counter`);
    await desktop.keyboard.type(holder.fields.extra.holder_id); // a reader of codes types into the field that has the focus
    await desktop.keyboard.press("Enter");
    await desktop.waitForSelector("#h-tried");
    check((await desktop.locator("main").innerText()).includes(holder.dossier), "the counter finds the holder's dossier");
    check(!desktop.url().includes(holder.fields.extra.holder_id) && !(await desktop.content()).includes(holder.fields.extra.holder_id), "the number stands neither in the address nor in the page");
    await look(desktop, "counter-found");
  }
  // The secret paper: one asks, another decides.
  for (const d of list.documents) {
    if (!(await paperOf(desktop, d.id))?.secret) continue;
    await desktop.goto(`${base}/documents/${d.id}`);
    await desktop.click("details.danger:has(#purge-reason) summary");
    await desktop.selectOption("#purge-reason", "secret");
    await look(desktop, "purge-asked");
    await desktop.click("details.danger:has(#purge-reason) button");
    await desktop.waitForURL((u) => u.searchParams.get("did") === "purge");
    await desktop.goto(base + "/purges");
    check(await desktop.locator("form[action$='/remove']").count() === 0, "who asked cannot decide");
    await look(desktop, "purges");
    const head = await signedIn("desktop", { viewport: { width: 1280, height: 900 } }, process.env.SHOW_OTHER);
    await head.goto(base + "/purges");
    await head.check("form[action$='/remove'] input[type=checkbox]");
    await head.click("form[action$='/remove'] button");
    await head.waitForURL((u) => u.searchParams.get("did") === "remove");
    check((await desktop.goto(`${base}/documents/${d.id}`)).status() === 404, "the secret paper is gone");
    await look(desktop, "purged");
    await phone.goto(base + "/purges");
    await look(phone, "purges");
  }
  writeFileSync(path.join(shots, "show.json"), JSON.stringify({ batch, answered, keys, next }));
} catch (err) {
  problems.push(String(err.stack ?? err));
  for (const c of browser.contexts()) for (const p of c.pages()) await p.screenshot({ path: path.join(shots, `show-failed-${p.kind}.png`), fullPage: true }).catch(() => {});
} finally {
  await browser.close();
}
if (problems.length > 0) { console.error(`\n${problems.length} problems:\n` + [...new Set(problems)].join("\n")); process.exit(1); }
console.log("\nall well; screenshots in " + shots);
