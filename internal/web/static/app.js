// What every page has: keyboard shortcuts, which a person can turn off (WCAG 2.1.4), and their table.
const dialog = document.getElementById("keys");
const on = document.getElementById("keys-on");
const stored = "sohoa-keys";

on.checked = localStorage.getItem(stored) !== "off";
on.addEventListener("change", () => localStorage.setItem(stored, on.checked ? "on" : "off"));
for (const b of document.querySelectorAll("[data-opens=keys]")) {
  b.hidden = false;
  b.addEventListener("click", () => dialog.showModal());
}

const go = (path) => () => { if (document.querySelector(`nav a[href="${path}"]`)) location.href = path; };
const keys = {
  "/": () => { const f = document.getElementById("q") ?? document.getElementById("find"); f?.focus(); f?.select(); },
  "u": go("/upload"),
  "b": go("/batches"),
  "d": go("/documents"),
  "?": () => dialog.showModal(),
};

document.addEventListener("keydown", (e) => {
  if (!on.checked || e.ctrlKey || e.metaKey || e.altKey || e.isComposing || dialog.open) return;
  if (e.target instanceof Element && e.target.closest("input, textarea, select, [contenteditable]")) return;
  const f = keys[e.key];
  if (f) { e.preventDefault(); f(); }
});

export const shortcuts = { on: () => on.checked && !dialog.open };
