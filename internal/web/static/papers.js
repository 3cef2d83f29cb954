// Many documents of a batch at once: what would change is shown beside each before anything is changed.
const $ = (id) => document.getElementById(id);
const words = JSON.parse($("words").textContent);
const say = (key, ...args) => { let i = 0; return (words[key] ?? key).replace(/%s/g, () => args[i++] ?? ""); };
const form = $("papers");

if (form) {
  const boxes = () => [...form.querySelectorAll("input[name=document]")];
  const chosen = () => boxes().filter((b) => b.checked).map((b) => b.value);
  const note = (text, kind = "") => { $("said").textContent = text; $("said").className = "note " + kind; $("said").hidden = !text; };
  const stale = () => { // a preview is of what was chosen then
    $("apply").disabled = true;
    $("chosen").textContent = say("papers.chosen", String(chosen().length));
    $("all").checked = chosen().length === boxes().length;
    $("all").indeterminate = !$("all").checked && chosen().length > 0;
  };
  $("all").addEventListener("change", () => { for (const b of boxes()) b.checked = $("all").checked; stale(); });
  form.addEventListener("input", (e) => { if (e.target !== $("all")) stale(); });
  stale();

  const wanted = () => {
    const body = { documents: chosen() };
    if ($("dossier").value.trim()) body.dossier = $("dossier").value.trim();
    if ($("access").value) body.access = $("access").value;
    if ($("field").value) body.values = { [$("field").value]: $("value").value.trim() };
    return body;
  };
  const valueOf = (x, v) => (x.what === "access" && words["access." + v]) || v || "–";
  const nameOf = (what) => words["papers." + what] ?? words["field." + what] ?? what;

  async function run(dry) {
    const body = { ...wanted(), dry_run: dry };
    if (body.documents.length === 0) { note(say("papers.choose"), "warn"); return; }
    if (!body.dossier && !body.access && !body.values) { note(say("papers.what"), "warn"); return; }
    const res = await fetch("/api/v1/review/bulk", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
    const answer = await res.json();
    if (!res.ok) { note(answer.detail || answer.title, "bad"); return; }
    let n = 0;
    for (const c of answer.changes) {
      const at = form.querySelector(`tr[data-id="${CSS.escape(c.document)}"] .changes`);
      if (c.refused) { at.textContent = say("papers.refused", c.refused); continue; }
      if (c.changes.length > 0) n++;
      at.textContent = c.changes.map((x) => `${nameOf(x.what)}: ${valueOf(x, x.before)} → ${valueOf(x, x.after)}`).join(" · ") || say("papers.nochange");
    }
    note(say(dry ? "papers.willchange" : "papers.done", String(n)), dry ? "" : "good");
    $("apply").disabled = !dry || n === 0;
  }
  form.addEventListener("submit", (e) => { e.preventDefault(); run(true); });
  $("apply").addEventListener("click", () => run(false));
}
