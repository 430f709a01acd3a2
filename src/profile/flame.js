"use strict";
// Boxes say what they are (data-x, -w, -d: samples left of them, in them,
// depth); this lays them out anew when one is chosen to fill the width.
const svg = document.documentElement;
const byId = id => document.getElementById(id);
const nodes = Array.from(document.querySelectorAll(".n"));
const margin = +svg.dataset.margin;
const width = svg.dataset.width - 2 * margin;
const charWidth = 6.7;

for (const n of nodes) {
  n.at = +n.dataset.x;
  n.w = +n.dataset.w;
  n.depth = +n.dataset.d;
  n.rect = n.querySelector("rect");
  n.label = n.querySelector("text");
  n.text = n.querySelector("title").textContent;
  n.name = n.text.replace(/( \([^()]*\))?: [\d.]+%, self .*$/, "");
}

function setLabel(n, w) {
  const room = w > 14 ? Math.floor((w - 8) / charWidth) : 0;
  n.label.textContent = n.name.length <= room ? n.name
    : room >= 4 ? n.name.slice(0, room - 1) + "…" : "";
}

function isAncestor(n, chosen) {
  return n.depth < chosen.depth && n.at <= chosen.at &&
         n.at + n.w >= chosen.at + chosen.w;
}

let chosen = nodes[0];

function zoom(to) {
  chosen = to;
  const scale = width / to.w;
  for (const n of nodes) {
    const above = isAncestor(n, to);
    const inside = n.depth >= to.depth && n.at >= to.at &&
                   n.at + n.w <= to.at + to.w;
    n.classList.toggle("off", !above && !inside);
    n.classList.toggle("dim", above);
    const x = above ? 0 : (n.at - to.at) * scale;
    const w = above ? width : n.w * scale;
    n.rect.setAttribute("x", margin + x);
    n.rect.setAttribute("width", w);
    n.label.setAttribute("x", margin + x + 4);
    setLabel(n, w);
    n.setAttribute("tabindex", n === to ? 0 : -1);
  }
  byId("reset").setAttribute("visibility",
                             to === nodes[0] ? "hidden" : "visible");
}

// How much of the samples lies in functions that match, each once.
function search(pattern) {
  let re = null, covered = 0, end = -1;
  try { re = pattern ? new RegExp(pattern, "i") : null; } catch (e) { re = null; }
  for (const n of nodes)
    n.classList.toggle("hit", re !== null && n !== nodes[0] && re.test(n.name));
  const hits = nodes.filter(n => n.classList.contains("hit"))
                    .sort((a, b) => a.at - b.at || a.depth - b.depth);
  for (const n of hits)
    if (n.at >= end) { covered += n.w; end = n.at + n.w; }
  byId("found").textContent = re
    ? "matched: " + (100 * covered / svg.dataset.total).toFixed(1) + "%" : "";
}

function ask() {
  const pattern = prompt("Functions to find (a regular expression):", "");
  if (pattern !== null) search(pattern);
}

// The arrows: to the caller, to the widest callee, to the sides.
function neighbour(n, key) {
  const visible = nodes.filter(o => !o.classList.contains("off"));
  const level = d => visible.filter(o => o.depth === d);
  if (key === "ArrowDown")
    return level(n.depth - 1).find(o => isAncestor(o, n));
  if (key === "ArrowUp")
    return level(n.depth + 1).filter(o => isAncestor(n, o))
                             .sort((a, b) => b.w - a.w)[0];
  const row = level(n.depth), i = row.indexOf(n);
  return row[i + (key === "ArrowRight" ? 1 : -1)];
}

function onKey(e, n) {
  if (e.key === "Enter" || e.key === " ") {
    zoom(n);
  } else if (e.key.startsWith("Arrow")) {
    const to = neighbour(n, e.key);
    if (to) to.focus();
  } else {
    return;
  }
  e.preventDefault();
  e.stopPropagation();
}

const show = n => { byId("info").textContent = n ? n.text : ""; };
for (const n of nodes) {
  n.addEventListener("click", () => zoom(n));
  n.addEventListener("mouseenter", () => show(n));
  n.addEventListener("mouseleave", () => show(null));
  n.addEventListener("focus", () => show(n));
  n.addEventListener("keydown", e => onKey(e, n));
}
function button(id, act) {
  byId(id).addEventListener("click", act);
  byId(id).addEventListener("keydown", e => {
    if (e.key === "Enter" || e.key === " ") { e.preventDefault(); act(); }
  });
}
button("reset", () => { zoom(nodes[0]); nodes[0].focus(); });
button("search", ask);
byId("search").setAttribute("visibility", "visible");
document.addEventListener("keydown", e => {
  if (e.key === "Escape") { search(""); zoom(nodes[0]); }
  if (e.key === "/" || (e.key === "f" && (e.ctrlKey || e.metaKey))) {
    e.preventDefault();
    ask();
  }
});
zoom(nodes[0]);
