// A batch as it happens: events say that something changed; what is shown then comes rendered from the server.
const box = document.getElementById("batch");
const live = document.getElementById("live");

if (box) {
  let source = null, wanted = false, running = false, spoke = 0;

  // Only rows that differ are touched, so that focus and selection stay where they are.
  function swap(html) {
    const next = new DOMParser().parseFromString(html, "text/html");
    const oldRows = document.getElementById("rows"), newRows = next.getElementById("rows");
    if (!oldRows || !newRows) {
      box.replaceChildren(...next.body.childNodes);
      return;
    }
    document.getElementById("summary").replaceWith(next.getElementById("summary"));
    const fresh = new Map([...newRows.children].map((r) => [r.id, r]));
    for (const row of [...oldRows.children]) {
      const r = fresh.get(row.id);
      fresh.delete(row.id);
      if (!r) row.remove();
      else if (r.innerHTML !== row.innerHTML) { r.classList.add("fresh"); row.replaceWith(r); }
    }
    for (const r of fresh.values()) { r.classList.add("fresh"); oldRows.append(r); }
  }

  async function refresh() {
    wanted = true;
    if (running) return;
    running = true;
    while (wanted) {
      wanted = false;
      try {
        const r = await fetch(box.dataset.rows, { headers: { Accept: "text/html" }, redirect: "error" });
        if (r.ok) swap(await r.text());
      } catch { /* the next event asks again */ }
      if (Date.now() - spoke > 5000) { // a screen reader hears where it stands, not every row
        spoke = Date.now();
        live.textContent = document.querySelector("#summary .bar span")?.textContent ?? "";
      }
      await new Promise((f) => setTimeout(f, 700));
    }
    running = false;
  }

  function follow() {
    source = new EventSource(`/api/v1/batches/${box.dataset.id}/events`);
    source.addEventListener("accession", refresh);
    source.addEventListener("progress", refresh);
    source.addEventListener("done", () => {
      source.close();
      refresh().then(() => { live.textContent = document.querySelector("#summary .bar span")?.textContent ?? ""; });
      if (box.dataset.state !== "closed") setTimeout(follow, 10000); // more papers may come
    });
    source.onerror = () => {
      if (source.readyState === EventSource.CLOSED) { live.textContent = box.dataset.tLost; setTimeout(follow, 10000); }
    };
  }

  if (!(box.dataset.done === "true" && box.dataset.state === "closed")) follow();
  addEventListener("pagehide", () => source?.close());
}
