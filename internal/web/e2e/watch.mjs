// Looks at the local page of the scanner's agent in a real Chromium: the code from the link, both languages, both widths, axe, keyboard.
//
//   WATCH_LINK=http://127.0.0.1:…/#CODE SHOTS=DIR node watch.mjs
import { mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const link = process.env.WATCH_LINK, shots = process.env.SHOTS ?? "shots";
const [base, code] = link.split("/#");
mkdirSync(shots, { recursive: true });
const problems = [];
const check = (ok, what) => { if (!ok) problems.push(what); console.log(`${ok ? "ok  " : "FAIL"} ${what}`); };
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking"] });

async function look(page, name) {
  await page.waitForLoadState("load");
  await page.evaluate(axe);
  const found = await page.evaluate(() => globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], resultTypes: ["violations"] }));
  for (const v of found.violations) for (const n of v.nodes) problems.push(`axe on ${name}: ${v.id}: ${n.target} ${n.failureSummary?.split("\n")[1] ?? ""}`);
  check(found.violations.length === 0, `axe finds nothing on ${name}`);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  check(wide <= 0, `${name} does not scroll sideways (${wide})`);
  await page.screenshot({ path: path.join(shots, name + ".png"), fullPage: true });
}

for (const [kind, options] of [["desktop", { viewport: { width: 1280, height: 900 } }], ["phone", { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true }], ["dark", { viewport: { width: 1280, height: 900 }, colorScheme: "dark" }]]) {
  const c = await browser.newContext({ locale: "vi-VN", ...options });
  const page = await c.newPage();
  const asked = [];
  page.on("request", (r) => asked.push(r.url()));
  page.on("pageerror", (e) => problems.push(`script error: ${e.message}`));
  page.on("console", (m) => { if (m.type() === "error" && !/403/.test(m.text())) problems.push(`console: ${m.text()}`); });
  await page.goto(base + "/");
  await look(page, `agent-${kind}-door`);
  await page.fill("#code", "wrong");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#wrong");
  await page.goto(link);
  await page.reload();
  await page.waitForSelector("#live");
  check(!asked.some((u) => u.includes(code)) && !page.url().includes(code), "the code is in no address that is asked for");
  await look(page, `agent-${kind}-vi`);
  await page.keyboard.press("Tab");
  check(await page.evaluate(() => document.activeElement?.className) === "skip", "the first stop of the keyboard is the way past the head");
  await page.click("header button");
  await page.waitForSelector("html[lang=en] #live");
  await look(page, `agent-${kind}-en`);
  await page.click("button.main");
  await page.waitForSelector("#live");
  await c.close();
}
await browser.close();
if (problems.length > 0) { console.error(`\n${problems.length} problems:\n` + [...new Set(problems)].join("\n")); process.exit(1); }
