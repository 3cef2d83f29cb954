// Drives the pages once through in a real Chromium, as a person would: sign in, hand in files and a large one resumably, follow the
// batch, search, look at a document, fetch it, change language and theme, sign out. Every page is looked at by axe, and shot at
// desktop and phone width. Any finding, console error or request to another host fails the run.
//
//   node drive.mjs, in the folder that install.sh prints, starts the pages over an archive in memory (go run ./internal/web/webtest/serve)
//   SOHOA_SERVER=http://… SOHOA_TOKEN=… SOHOA_PAPERS=DIR node drive.mjs   drives a running sohoa, as the test beside this file does;
//     DIR/files and DIR/large (one of at least 8 MiB) hold papers to choose, DIR/folder a folder, DIR/drop one to drop
//
// SOHOA_QUERY is what to search for, ARCHIVE_SECONDS how long archiving may take. Screenshots go to SHOTS (default ./shots). CHROMIUM
// names the browser (default /usr/bin/chromium).
import { spawn } from "node:child_process";
import { mkdtempSync, mkdirSync, writeFileSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const here = path.dirname(new URL(import.meta.url).pathname);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const shots = process.env.SHOTS ?? path.join(here, "shots");
mkdirSync(shots, { recursive: true });

const problems = [];
const check = (ok, what) => { if (!ok) problems.push(what); console.log(`${ok ? "ok  " : "FAIL"} ${what}`); };

let server = null, base = process.env.SOHOA_SERVER, token = process.env.SOHOA_TOKEN;
const real = Boolean(base);
if (!real) {
  server = spawn("go", ["run", "./internal/web/webtest/serve"], { cwd: path.join(here, "../.."), env: { ...process.env, CGO_ENABLED: "0" }, stdio: ["ignore", "pipe", "ignore"], detached: true });
  const line = await new Promise((ok, no) => {
    let got = "";
    server.stdout.on("data", (b) => { got += b; if (got.includes("\n")) ok(got); });
    server.on("exit", (c) => no(new Error(`server ended with ${c}`)));
  });
  ({ url: base, token } = JSON.parse(line));
}

const work = mkdtempSync(path.join(tmpdir(), "sohoa-e2e-"));
const stamp = Date.now().toString(36);
const papersIn = process.env.SOHOA_PAPERS ?? path.join(work, "papers");
const make = (name, text) => { const p = path.join(work, name); mkdirSync(path.dirname(p), { recursive: true }); writeFileSync(p, text); return p; };
if (!process.env.SOHOA_PAPERS) {
  for (const n of ["files/giấy phép.pdf", "files/trích lục.pdf", "files/biên lai.pdf", "folder/tập 1/tờ 1.pdf", "folder/tập 1/tờ 2.pdf", "drop/thả.pdf"]) make(`papers/${n}`, `%PDF-1.7 ${stamp} ${n}`);
  make("papers/large/bản vẽ lớn.pdf", Buffer.concat([Buffer.from(`%PDF-1.7 ${stamp}`), Buffer.alloc(12 << 20, 32)]));
}
const under = (dir) => readdirSync(path.join(papersIn, dir), { recursive: true, withFileTypes: true }).filter((e) => e.isFile()).map((e) => path.join(e.parentPath ?? e.path, e.name)).sort();
const papers = under("files"), large = under("large"), inFolder = under("folder").length, [toDrop] = under("drop");
const folder = path.join(work, "hộp 3");
for (const p of under("folder")) { const to = path.join(folder, path.relative(path.join(papersIn, "folder"), p)); mkdirSync(path.dirname(to), { recursive: true }); writeFileSync(to, readFileSync(p)); }
writeFileSync(path.join(folder, "Thumbs.db"), "no paper");
const empty = make("rỗng.pdf", "");

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});

async function context(options) {
  const c = await browser.newContext({ locale: "vi-VN", timezoneId: "Asia/Ho_Chi_Minh", ...options });
  await c.addInitScript({ content: "" });
  c.on("page", (p) => {
    p.on("console", (m) => { if (m.type() === "error" && !/status of (401|404|503)|ERR_CONNECTION_RESET/.test(m.text())) problems.push(`console on ${p.url()}: ${m.text()}`); });
    p.on("pageerror", (e) => problems.push(`script error on ${p.url()}: ${e.message}`));
    p.on("request", (r) => { if (!r.url().startsWith(base) && !/^(data|blob|chrome-error):/.test(r.url())) problems.push(`request to another host: ${r.url()}`); });
  });
  return c;
}

async function look(page, name) {
  await page.waitForLoadState("load");
  // axe is evaluated by the debugger, which the page's policy does not concern; it adds nothing that the policy would refuse.
  await page.evaluate(axe);
  const found = await page.evaluate(() => globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], resultTypes: ["violations"] }));
  for (const v of found.violations) for (const n of v.nodes) problems.push(`axe on ${name}: ${v.id}: ${n.target} ${n.failureSummary?.split("\n")[1] ?? ""}`);
  check(found.violations.length === 0, `axe finds nothing on ${name}`);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  check(wide <= 0, `${name} does not scroll sideways (${wide})`);
  await page.screenshot({ path: path.join(shots, name + ".png"), fullPage: true });
}

async function signIn(page) {
  await page.goto(base + "/batches");
  check(page.url().includes("/login?next="), "a stranger is asked to sign in");
  await look(page, page.context().kind + "-login");
  await page.fill("#token", "wrong");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#wrong");
  check(true, "a wrong token is refused with words");
  await page.fill("#token", token);
  await page.keyboard.press("Enter");
  await page.waitForURL("**/batches");
}

async function handIn(page) {
  await page.goto(base + "/upload");
  await page.fill("#batch", `Thử ${stamp}`);
  await look(page, page.context().kind + "-upload");
  // The line breaks once while the large one is sent: it goes on by itself.
  let broken = 0;
  await page.route("**/api/v1/uploads/*", (route) => route.request().method() === "PATCH" && broken++ === 0 ? route.abort("connectionreset") : route.continue());
  await page.setInputFiles("#files", [...papers, ...large, empty]);
  await page.waitForSelector("#list li.failed");
  const n = papers.length + large.length;
  await page.waitForFunction((n) => document.querySelectorAll("#list li.in, #list li.existing").length === n, n, { timeout: 20000 });
  check(true, `${n} files are in custody, one of them resumably; the empty one is refused`);
  check(broken > 1, "the broken upload went on");
  await look(page, page.context().kind + "-uploaded");
  // The same again: nothing is taken twice.
  await page.reload();
  await page.fill("#batch", `Thử ${stamp}`);
  await page.setInputFiles("#files", papers);
  await page.waitForFunction((n) => document.querySelectorAll("#list li.existing").length === n, papers.length, { timeout: 20000 });
  check(true, "sent again, every paper is known");
  await page.setInputFiles("#folder", folder);
  await page.waitForFunction((n) => document.querySelectorAll("#list li.in").length === n, inFolder, { timeout: 20000 });
  check(await page.locator("#list li").count() === papers.length + inFolder, "a folder is taken with its papers, without the system's own files");
  const data = await page.evaluateHandle(([name, b]) => { const d = new DataTransfer(); d.items.add(new File([Uint8Array.from(atob(b), (c) => c.charCodeAt(0))], name)); return d; },
    [path.basename(toDrop), readFileSync(toDrop).toString("base64")]);
  await page.dispatchEvent("#drop", "dragenter", { dataTransfer: data });
  check(await page.locator("#drop.over").count() === 1, "the place to drop at shows itself");
  await page.dispatchEvent("#drop", "drop", { dataTransfer: data });
  await page.waitForFunction((n) => document.querySelectorAll("#list li.in").length === n, inFolder + 1, { timeout: 20000 });
  check(await page.locator("#drop.over").count() === 0, "what is dropped is handed in");
  await page.click("#follow");
}

async function byKeyboard(page) {
  await page.goto(base + "/");
  await page.keyboard.press("Tab");
  check(await page.evaluate(() => document.activeElement?.className) === "skip", "the first stop of the keyboard is the way past the menu");
  await page.keyboard.press("Enter");
  check(await page.evaluate(() => document.activeElement?.id) === "main", "and it leads to the content");
  await page.keyboard.press("?");
  check(await page.locator("#keys[open]").count() === 1, "the question mark shows the shortcuts");
  await look(page, page.context().kind + "-keys");
  await page.uncheck("#keys-on");
  await page.keyboard.press("Escape");
  await page.keyboard.press("b");
  check(new URL(page.url()).pathname === "/", "shortcuts that are off do nothing");
  await page.keyboard.press("?");
  await page.evaluate(() => localStorage.removeItem("sohoa-keys"));
  await page.reload();
  await page.keyboard.press("b");
  await page.waitForURL("**/batches");
  check(true, "b goes to the batches");
  await page.emulateMedia({ media: "print" });
  check(!(await page.locator("header.top").isVisible()), "the menu is not printed");
  await page.emulateMedia({ media: null });
}

async function follow(page) {
  await page.waitForSelector("#rows tr");
  await look(page, page.context().kind + "-batch-live");
  const within = Number(process.env.ARCHIVE_SECONDS ?? (real ? 300 : 30)) * 1000;
  await page.waitForFunction(() => { const p = document.querySelector("#summary progress"); return p && Number(p.max) > 0 && p.value === p.max; }, null, { timeout: within });
  check(true, "the batch came to its end while being watched");
  await page.waitForTimeout(1000);
  await look(page, page.context().kind + "-batch-done");
}

async function readOne(page) {
  await page.keyboard.press("/");
  check(await page.evaluate(() => document.activeElement?.id) === "find", "the slash key goes to the search box");
  await page.keyboard.type(process.env.SOHOA_QUERY ?? "giay phep xay dung");
  await page.keyboard.press("Enter");
  await page.waitForURL((u) => u.pathname === "/search");
  await look(page, page.context().kind + "-search");
  check(await page.locator(".hits mark").count() > 0, "what was searched for is marked");
  await page.click(".hits h2 a");
  await page.waitForSelector("#picture");
  await page.waitForFunction(() => document.getElementById("picture").naturalWidth > 0);
  check(await page.locator(".lit rect").count() > 0, "the words are lit on the page");
  await look(page, page.context().kind + "-document");
  if (await page.locator("#next").count() > 0) {
    const next = new URLSearchParams(await page.getAttribute("#next", "href")).get("page");
    await page.keyboard.press("ArrowRight");
    await page.waitForURL((u) => u.searchParams.get("page") === next);
    check(true, "an arrow key turns the page");
    await page.waitForFunction(() => document.getElementById("picture").naturalWidth > 0);
    await page.keyboard.press("z");
    check(await page.locator(".paper.zoomed").count() === 1, "z zooms");
  }
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("a[href$='/rendition']")]);
  check((await download.path()) !== null && download.suggestedFilename().endsWith(".pdf"), "the rendition is fetched");
}

try {
for (const [kind, options] of [["desktop", { viewport: { width: 1280, height: 900 } }], ["phone", { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true }]]) {
  const c = await context(options);
  c.kind = kind;
  const page = await c.newPage();
  await signIn(page);
  await look(page, `${kind}-batches`);
  await page.goto(base + "/");
  await look(page, `${kind}-overview`);
  if (kind === "desktop") { await handIn(page); await follow(page); await readOne(page); await byKeyboard(page); }
  else {
    await page.goto(base + "/upload"); await look(page, `${kind}-upload`);
    await page.goto(base + "/batches"); await page.click("tbody a"); await page.waitForSelector("#batch"); await look(page, `${kind}-batch`);
    await page.goto(base + "/search?q=" + encodeURIComponent(process.env.SOHOA_QUERY ?? "giấy phép")); await look(page, `${kind}-search`);
    await page.click(".hits h2 a"); await page.waitForFunction(() => document.getElementById("picture")?.naturalWidth > 0); await look(page, `${kind}-document`);
  }
  await page.goto(base + "/documents"); await look(page, `${kind}-documents`);
  await page.goto(base + "/documents/00000000-0000-0000-0000-000000000000");
  await look(page, `${kind}-unknown`);
  await page.goto(base + "/docs"); await look(page, `${kind}-docs`);
  await page.goto(base + "/");
  await page.click("button[name=theme]"); await page.click("button[name=theme]"); // light, then dark
  check(await page.getAttribute("html", "data-theme") === "dark", "the theme is remembered");
  await look(page, `${kind}-overview-dark`);
  await page.goto(base + "/search?q=giay"); await look(page, `${kind}-search-dark`);
  if (await page.locator(".hits h2 a").count() > 0) { await page.click(".hits h2 a"); await page.waitForFunction(() => document.getElementById("picture")?.naturalWidth > 0); await look(page, `${kind}-document-dark`); }
  await page.goto(base + "/");
  await page.click("button[name=language]");
  check(await page.getAttribute("html", "lang") === "en", "the language is remembered");
  await look(page, `${kind}-overview-en`);
  await page.goto(base + "/login"); await page.goto(base + "/");
  await page.click("form[action='/logout'] button");
  await page.goto(base + "/batches");
  check(page.url().includes("/login"), "after signing out the pages are closed");
  await c.close();
}
} catch (err) {
  problems.push(String(err.stack ?? err));
  for (const c of browser.contexts()) for (const p of c.pages()) await p.screenshot({ path: path.join(shots, "failed.png"), fullPage: true }).catch(() => {});
} finally {
  await browser.close();
  if (server) process.kill(-server.pid);
  rmSync(work, { recursive: true, force: true });
}
if (problems.length > 0) {
  console.error(`\n${problems.length} problems:\n` + [...new Set(problems)].join("\n"));
  process.exit(1);
}
console.log("\nall well; screenshots in " + shots);
