"use strict";
// The code stands behind # in the link: take it from there, so that it is in no address that is sent.
const enter = document.getElementById("enter");
const show = (code) => { history.replaceState(null, "", "/"); document.getElementById("code").value = code; enter.submit(); };
if (enter && location.hash.length > 1 && !document.getElementById("wrong")) show(location.hash.slice(1));
else if (location.hash.length > 1 && location.hash !== "#content") history.replaceState(null, "", "/");
const live = document.getElementById("live");
let last = "";
async function refresh() {
  try {
    const r = await fetch("/live", { cache: "no-store" });
    if (r.status === 403) return location.reload();
    const text = await r.text();
    if (r.ok && text !== last && !document.hidden) { live.innerHTML = text; last = text; }
  } catch { /* the agent has ended; the page keeps what it knew */ }
}
if (live) setInterval(refresh, 2000);
