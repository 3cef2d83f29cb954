// The overview keeps up with what happens: rendered again by the server, swapped in where it differs, and never under somebody's hands.
const main = document.getElementById("main");

async function refresh() {
  const busy = document.hidden || main.querySelector("details[open]") || (document.activeElement !== main && main.contains(document.activeElement)) || !getSelection().isCollapsed;
  if (busy) return;
  try {
    const r = await fetch("/", { redirect: "error" });
    if (!r.ok) return;
    const next = new DOMParser().parseFromString(await r.text(), "text/html").getElementById("main");
    main.querySelector(".flash")?.remove();
    if (next && next.innerHTML !== main.innerHTML) main.replaceChildren(...next.childNodes);
  } catch { /* the next turn asks again */ }
}

setInterval(refresh, 10_000);
