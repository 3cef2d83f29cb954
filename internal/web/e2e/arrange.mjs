// Arranges pages over an archive in memory (go run ./internal/web/webtest/serve) as a clerk would, by mouse and by keys, at desktop and phone width, and looks
// at each with axe. SOHOA_SERVER and SOHOA_TOKEN name the server; SHOTS a folder for screenshots. Any finding, console error or wrong state fails the run.
import { mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const base = process.env.SOHOA_SERVER, token = process.env.SOHOA_TOKEN, shots = process.env.SHOTS;
if (shots) mkdirSync(shots, { recursive: true });
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const problems = [];
const check = (ok, what) => { if (!ok) problems.push(what); console.log(`${ok ? "ok  " : "FAIL"} ${what}`); };
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});

async function open(width, height, theme) {
  const c = await browser.newContext({ locale: "vi-VN", timezoneId: "Asia/Ho_Chi_Minh", viewport: { width, height }, colorScheme: theme });
  const page = await c.newPage();
  page.on("pageerror", (e) => problems.push("script error: " + e.message));
  page.on("console", (m) => { if (m.type() === "error" && !/status of 409/.test(m.text())) problems.push("console: " + m.text()); });
  await page.goto(base + "/login");
  await page.fill("input[name=token]", token);
  await page.click("main button");
  await page.waitForURL(base + "/");
  return page;
}

async function look(page, name) {
  await page.evaluate(axe);
  const found = await page.evaluate(() => globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], resultTypes: ["violations"] }));
  for (const v of found.violations) for (const n of v.nodes) problems.push(`axe on ${name}: ${v.id}: ${n.target}`);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  check(!wide, `${name} fits the width`);
  if (shots) await page.screenshot({ path: path.join(shots, name + ".png"), fullPage: true });
}

// told writes the documents as numbers of their files' pages; left-out ones in brackets.
const told = (page) => page.evaluate(async () => {
  const r = await fetch(location.pathname.replace(/^\/(\w+)\/([^/]+)\/arrange$/, "/api/v1/$1/$2/pages"));
  return (await r.json()).documents.map((d) => {
    const out = [];
    for (let n = 1; n <= d.pages.length + 1; n++) {
      for (const l of d.left_out.filter((l) => l.before === n)) out.push(`(${l.page})`);
      const p = d.pages[n - 1];
      if (p) out.push(p.page + (p.turn ? "/" + p.turn : ""));
    }
    return out.join(" ");
  });
});

const page = await open(1280, 900, "light");
const batches = await page.evaluate(async () => (await (await fetch("/api/v1/batches")).json()).batches);
await page.goto(`${base}/batches/${batches.find((b) => b.accessions > 3).id}`);
await page.getByRole("link", { name: "Sắp xếp trang" }).click();
await page.waitForSelector(".leaf");
const before = await told(page);
console.log("  documents:", JSON.stringify(before));
const first = before.findIndex((d) => d.split(" ").length >= 2);
const pile = (i) => page.locator(".pile").nth(i);
const done = async (what) => { await page.waitForFunction(() => !document.getElementById("piles").hasAttribute("aria-busy") && !document.getElementById("say").hidden); check(true, what); };
const same = async (want, what) => { const got = await told(page); check(JSON.stringify(got) === JSON.stringify(want), `${what}: ${JSON.stringify(got.slice(first, first + 3))}`); };
await look(page, "arrange-desktop");

// By mouse.
await pile(first).locator(".leaf").nth(1).click();
await page.getByRole("button", { name: /^Tách từ trang này/ }).click();
await page.waitForFunction((n) => document.querySelectorAll(".pile").length === n + 1, before.length);
await done("split by mouse");
await page.getByRole("button", { name: /^Hoàn tác/ }).click();
await page.waitForFunction((n) => document.querySelectorAll(".pile").length === n, before.length);
await same(before, "undone by mouse");
await page.getByRole("button", { name: /^Làm lại/ }).click();
await page.waitForFunction((n) => document.querySelectorAll(".pile").length === n + 1, before.length);
check(true, "done again by mouse");
await page.getByRole("button", { name: /^Hoàn tác/ }).click();
await page.waitForFunction((n) => document.querySelectorAll(".pile").length === n, before.length);

// By keys.
await page.locator(".leaf").first().focus();
for (let i = 0, n = before.slice(0, first).join(" ").split(" ").filter(Boolean).length; i < n; i++) await page.keyboard.press("ArrowRight");
await page.keyboard.press("]");
await done("turned by a key");
await page.waitForFunction(() => document.activeElement?.classList.contains("leaf"));
check(await page.evaluate(() => document.activeElement.dataset.page === "1"), "the focus stays on the page");
await page.keyboard.press("Delete");
await page.waitForSelector(".leaf.out");
check(true, "taken out by a key");
await page.waitForFunction(() => document.activeElement?.classList.contains("leaf"));
await look(page, "arrange-taken-out");
await page.keyboard.press("ArrowLeft");
await page.locator(".leaf.out").first().focus();
await page.keyboard.press("p");
await page.waitForFunction(() => !document.querySelector(".leaf.out"));
check(true, "put back by a key");
for (let i = 0; i < 3; i++) {
  const k = await page.locator('.arrange-bar [data-do="undo"]').getAttribute("data-id");
  await page.waitForFunction(() => document.activeElement?.classList.contains("leaf"));
  await page.keyboard.press("z");
  await page.waitForFunction((k) => document.querySelector('.arrange-bar [data-do="undo"]').dataset.id !== k, k);
}
await same(before, "three changes undone by keys");

// Moving: cut and paste, and dragging.
if (first + 1 < before.length) {
  await page.waitForFunction(() => document.activeElement?.classList.contains("leaf"));
  await pile(first).locator(".leaf").first().focus();
  await page.keyboard.press("x");
  await look(page, "arrange-cut");
  await pile(first + 1).locator(".leaf").first().focus();
  await page.keyboard.press("v");
  await page.waitForFunction((n) => document.querySelectorAll(".pile")[n].querySelectorAll(".leaf").length > 1, first + 1);
  const [a] = before[first].split(" ");
  check((await told(page))[first + 1].split(" ")[0] === a, "cut and pasted before a page");
  await page.getByRole("button", { name: /^Hoàn tác/ }).click();
  await page.waitForFunction(([n, k]) => document.querySelectorAll(".pile")[n].querySelectorAll(".leaf").length === k, [first, before[first].split(" ").length]);
  await pile(first).locator(".leaf").nth(1).dragTo(pile(first + 1).locator(".leaf").first());
  await page.waitForFunction(([n, k]) => document.querySelectorAll(".pile")[n].querySelectorAll(".leaf").length === k, [first, before[first].split(" ").length - 1]);
  check(true, "dragged to another document");
  await page.getByRole("button", { name: /^Hoàn tác/ }).click();
  await page.waitForFunction(([n, k]) => document.querySelectorAll(".pile")[n].querySelectorAll(".leaf").length === k, [first, before[first].split(" ").length]);
  await pile(first + 1).getByRole("button", { name: /^Ghép vào văn bản trước/ }).click();
  await page.waitForFunction((n) => document.querySelectorAll(".pile").length === n - 1, before.length);
  check(true, "joined by mouse");
  await page.getByRole("button", { name: /^Hoàn tác/ }).click();
  await page.waitForFunction((n) => document.querySelectorAll(".pile").length === n, before.length);
  await same(before, "all undone");
}

// Somebody else was faster.
const id = await pile(first).getAttribute("data-id");
await page.evaluate(async (id) => {
  const v = Number(document.querySelector(`.pile[data-id="${id}"]`).dataset.version);
  await fetch("/api/v1/arrangements", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ expected: { [id]: v }, operations: [{ do: "turn", document: id, pages: [1], turn: 90 }] }) });
}, id);
await pile(first).locator(".leaf").first().focus();
await page.keyboard.press("o");
await page.waitForFunction(() => /vừa thay đổi/.test(document.getElementById("say").textContent));
check(true, "a conflict is told, and the page loaded again");

for (const [width, name, theme] of [[390, "arrange-phone", "light"], [390, "arrange-phone-dark", "dark"]]) {
  const phone = await open(width, 844, theme);
  await phone.goto(page.url());
  await phone.waitForSelector(".leaf");
  await phone.locator(".leaf").first().click();
  await look(phone, name);
}
for (const [width, name] of [[1280, "desktop"], [390, "phone"]]) {
  const b = await open(width, 844, "light");
  await b.goto(page.url().replace(/\/arrange$/, ""));
  for (const d of await b.locator("details.settings > summary").all()) await d.click();
  await look(b, `batch-settings-${name}`);
  await b.goto(page.url().replace(/arrange$/, "scans"));
  await look(b, `scans-${name}`);
  await b.goto(`${base}/upload`);
  await look(b, `upload-${name}`);
}
const one = await open(390, 844, "light");
await one.goto(`${base}/documents/${id}/arrange`);
await one.waitForSelector(".leaf");
await look(one, "arrange-document-phone");
await browser.close();
for (const p of problems) console.error("PROBLEM", p);
process.exit(problems.length > 0 ? 1 : 0);
