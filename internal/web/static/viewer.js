// One document: pages by arrow keys, zoom, and dragging while zoomed. Without this module the links still work.
import { shortcuts } from "./app.js";

const paper = document.getElementById("paper");
const zoom = document.getElementById("zoom");

if (paper && zoom) {
  zoom.hidden = false;
  const toggle = (x = 0.5, y = 0) => {
    const zoomed = paper.classList.toggle("zoomed");
    zoom.setAttribute("aria-pressed", String(zoomed));
    if (zoomed) {
      const img = document.getElementById("picture");
      if (!img.dataset.large) { // more pixels only when somebody looks closely
        img.dataset.large = "1";
        img.src = img.src.replace(/size=\d+/, "size=3200");
      }
      paper.scrollTo(paper.scrollWidth * x - paper.clientWidth / 2, paper.scrollHeight * y - paper.clientHeight / 2);
    }
  };
  zoom.addEventListener("click", () => toggle());
  paper.addEventListener("dblclick", (e) => {
    const r = paper.getBoundingClientRect();
    toggle((e.clientX - r.left) / r.width, (e.clientY - r.top) / r.height);
  });
  let from = null;
  paper.addEventListener("pointerdown", (e) => {
    if (e.pointerType !== "mouse" || !paper.classList.contains("zoomed")) return;
    from = { x: e.clientX + paper.scrollLeft, y: e.clientY + paper.scrollTop };
    paper.setPointerCapture(e.pointerId);
  });
  paper.addEventListener("pointermove", (e) => { if (from) paper.scrollTo(from.x - e.clientX, from.y - e.clientY); });
  paper.addEventListener("pointerup", () => { from = null; });
  document.addEventListener("keydown", (e) => {
    if (!shortcuts.on() || e.ctrlKey || e.metaKey || e.altKey) return;
    if (e.target instanceof Element && e.target.closest("input, textarea, select")) return;
    if (e.key === "z") { e.preventDefault(); toggle(); return; }
    if (paper.classList.contains("zoomed") && document.activeElement === paper) return; // arrows scroll the paper
    const link = { ArrowLeft: "prev", ArrowRight: "next" }[e.key];
    if (link) document.getElementById(link)?.click();
  });
}
