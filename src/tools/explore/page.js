/* What is shown, what is selected, and how one goes from one to another. */

let D; /* the data: see start() */
const S = {fn: null, unit: null, stage: 0, sel: null, following: false};

/* Units ------------------------------------------------------------------- */

/* pcs of a unit's guest instructions, as a Set. */
function unitPcs(unit) {
  if (!unit.pcSet) {
    unit.pcSet = new Set(unit.ops.map((op) => op[1]).filter((pc) => pc >= 0));
  }
  return unit.pcSet;
}

/* What an op was before passes, and what became of it. */
function sameOps(unit, id) {
  if (!unit.became) {
    unit.became = new Map();
    unit.ops.forEach(([, , was], i) => was >= 0 && index(unit.became, was, i));
  }
  const same = new Set();
  const down = (i) => {
    same.add(i);
    (unit.became.get(i) || []).forEach(down);
  };
  let first = id;
  while (unit.ops[first][2] >= 0) {
    first = unit.ops[first][2];
    same.add(first);
  }
  down(id);
  return same;
}

function tierOf() {
  return document.querySelector("input[name=tier]:checked").value;
}

function unitsOf(fn, tier) {
  return fn.units.filter((u) => u.tier === tier);
}

/* Light ------------------------------------------------------------------- */

/* What belongs to a row: {pcs, exact}. */
function meaning(row) {
  return {pcs: row.line ? byWork(S.fn, S.unit, row.pcs) : row.pcs,
          panel: row.panel,
          exact: row.op === undefined ? new Set() : sameOps(S.unit, row.op)};
}

function unlight(classes) {
  for (const p of Object.values(panels)) {
    for (const row of p.lighted || []) {
      row.el.classList.remove(...classes);
    }
  }
}

function light(sel, related, exact) {
  unlight([related, exact]);
  for (const p of Object.values(panels)) {
    p.lighted = p.lighted || new Set();
    for (const pc of sel ? sel.pcs : []) {
      for (const row of p.byPc.get(pc) || []) {
        row.el.classList.add(related);
        p.lighted.add(row);
      }
    }
    for (const op of sel ? sel.exact : []) {
      for (const row of p.byOp.get(op) || []) {
        row.el.classList.add(exact);
        p.lighted.add(row);
      }
    }
  }
}

/* The row of a panel that a selection is best seen at. */
function counterpart(p, sel) {
  const best = (rows) => rows.find((row) => !row.minor) || rows[0];
  for (const op of sel.exact) {
    if (p.byOp.has(op)) {
      return best(p.byOp.get(op));
    }
  }
  const found = sel.pcs.filter((pc) => p.byPc.has(pc))
    .map((pc) => best(p.byPc.get(pc)));
  return found.length ? best(found) : null;
}

function isShown(p) {
  return p.list.offsetParent !== null;
}

/* The panel alone scrolls, and only if the row is out of sight. */
function reveal(p, row) {
  const view = p.list.closest(".view");
  const a = row.el.getBoundingClientRect(), b = view.getBoundingClientRect();
  if (view.scrollHeight <= view.clientHeight) {
    return;
  }
  if (a.top < b.top || a.bottom > b.bottom) {
    view.scrollTop += a.top - b.top - view.clientHeight / 3;
  }
}

function markTemps(sel) {
  const row = sel && panels.live && counterpart(panels.live, sel);
  const temps = new Set(row && row.temps ? row.temps.map(String) : []);
  for (const bar of document.querySelectorAll(".bar")) {
    bar.classList.toggle("on", temps.has(bar.dataset.temp));
  }
}

/* Selection --------------------------------------------------------------- */

function setActive(p, row) {
  for (const q of Object.values(panels)) {
    if (q.active) {
      q.active.el.classList.remove("sel");
      q.active.el.setAttribute("aria-selected", "false");
    }
    q.active = null;
  }
  if (row) {
    p.active = row;
    row.el.classList.add("sel");
    row.el.setAttribute("aria-selected", "true");
    p.list.setAttribute("aria-activedescendant", row.el.id);
  }
}

function announce(sel) {
  const insn = sel && S.fn.at.get(sel.pcs[0]);
  if (!insn) {
    $("status").textContent = sel ? "" : "Nothing is selected.";
    return;
  }
  const one = {pcs: [insn.pc], exact: new Set()};
  const ops = chosen(S.unit, S.unit.stages[0].ops, one).length;
  const last = chosen(S.unit, S.unit.final.map((op) => op.id), one).length;
  const host = (S.unit.host || []).filter((h) => h[5] === insn.pc).length;
  const many = sel.pcs.length > 1
    ? count(sel.pcs.length, "instruction") + ", the first: " : "";
  $("status").textContent = many + insn.text.replace("\t", " ") + " at " +
    hex(insn.pc) + ": " + (insn.line ? "line " + insn.line + ", " : "") +
    count(ops, "op") + ", " + last + " after the passes, " +
    count(host, "host instruction") + ".";
}

/* The unit of this tier that has the pc, if the one shown has not. */
function followPc(pc) {
  if (pc === undefined || unitPcs(S.unit).has(pc)) {
    return false;
  }
  const other = unitsOf(S.fn, S.unit.tier).find((u) => unitPcs(u).has(pc));
  if (other) {
    showUnit(other);
  }
  return !!other;
}

/* row of panel p; NULL: nothing. */
function select(p, row) {
  const sel = row ? meaning(row) : null;
  if (row && followPc(sel.pcs[0])) { /* panels are new, their rows the same */
    select(panels[p.name], panels[p.name].rows[p.rows.indexOf(row)]);
    return;
  }
  S.sel = sel;
  setActive(p, row);
  light(sel, "lit", "exact");
  markTemps(sel);
  renderWay(S.fn, S.unit, sel);
  for (const q of Object.values(panels)) {
    const other = sel && isShown(q) &&
                  (q.name === p.name ? row : counterpart(q, sel));
    if (other) {
      reveal(q, other);
    }
  }
  announce(sel);
  writeLink();
}

/* The selection as it was, after panels have been made anew. */
function selectAgain() {
  const pcs = S.sel ? S.sel.pcs : [];
  const row = panels.guest.byPc.get(pcs[0]);
  select(panels.guest, row ? row[0] : null);
}

function goToPanel(name) {
  showPanel(name);
  const p = panels[name], row = S.sel && counterpart(p, S.sel);
  p.list.focus();
  if (row) {
    p.list.setAttribute("aria-activedescendant", row.el.id);
    reveal(p, row);
  }
}

/* What is shown ----------------------------------------------------------- */

function tellUnit() {
  const u = S.unit, parts = new Set(u.blocks).size;
  const copies = u.blocks.length > parts
    ? `, laid out as ${u.blocks.length} (the loop is unrolled)` : "";
  const what = u.tier === "block" ? "Block"
    : `Hot region of ${count(parts, "block")}${copies},`;
  $("note").textContent = `${what} at ${hex(u.pc)} (${u.name}): ` +
    `${count(u.nb_insns, "guest instruction")}, ` +
    `${count(u.stages[0].ops.length, "op")} as made, ` +
    `${u.final.length} after the passes, ` +
    `${u.host_bytes || 0} bytes of host code.` +
    (S.fn.cut ? " The function is long: this is its beginning." : "");
}

function showStage(k) {
  S.stage = k;
  renderPasses(S.unit, k, (i) => {
    showStage(i);
    $("passes").children[i].focus();
  });
  renderIr(S.fn, S.unit, k);
  const strip = $("passes"), b = strip.children[k];
  strip.scrollLeft = b.offsetLeft - (strip.clientWidth - b.offsetWidth) / 2;
  $("only-changes").parentNode.hidden = k === 0;
  if (S.sel) {
    light(S.sel, "lit", "exact");
    const row = counterpart(panels.ir, S.sel);
    if (row && isShown(panels.ir)) {
      reveal(panels.ir, row);
    }
  }
  writeLink();
}

function showUnit(unit) {
  S.unit = unit;
  $("unit").value = String(S.fn.units.indexOf(unit));
  renderFlow(S.fn, unit);
  renderSource(S.fn);
  renderGuest(S.fn, unit);
  showStage(Math.min(S.stage, unit.stages.length - 1));
  renderLive(unit);
  renderRegs(unit);
  renderHost(S.fn, unit);
  tellUnit();
}

function showTier(tier) {
  const units = unitsOf(S.fn, tier), box = $("unit");
  box.textContent = "";
  $("unit-label").textContent = tier === "block" ? "Block" : "Region";
  for (const u of units) {
    const o = el("option", "", hex(u.pc) + "  " + u.name);
    o.value = String(S.fn.units.indexOf(u));
    box.append(o);
  }
  const pc = S.sel && S.sel.pcs[0];
  showUnit(units.find((u) => unitPcs(u).has(pc)) || units[0]);
  selectAgain();
}

function showFunction(fn) {
  S.fn = fn;
  S.sel = null;
  S.stage = 0;
  fn.at = fn.at || new Map(fn.insns.map((i) => [i.pc, i]));
  fn.hues = fn.hues || lineHues(fn);
  fn.hottest = Math.max(...fn.insns.map((i) => i.heat));
  $("function").value = fn.addr;
  const regions = unitsOf(fn, "region").length;
  const [block, region] = document.querySelectorAll("input[name=tier]");
  region.disabled = !regions;
  region.parentNode.title = regions ? ""
    : "No jump back or call makes a region of this function's code.";
  if (!regions) {
    block.checked = true;
  }
  document.title = fn.name + " — tcg-explore " + D.program;
  showTier(tierOf());
}

function showPanel(name) {
  document.body.dataset.panel = name;
  if (/^(ir|live|regs)$/.test(name)) {
    document.body.dataset.middle = name;
  }
  for (const b of $("stages").children) {
    const on = b.dataset.panel === name;
    b.setAttribute("aria-current", String(on));
    if (on) {
      b.scrollIntoView({block: "nearest", inline: "nearest"});
    }
  }
  const row = S.sel && panels[name] && counterpart(panels[name], S.sel);
  if (row) {
    reveal(panels[name], row);
  }
  writeLink();
}

/* Input ------------------------------------------------------------------- */

function rowOf(target) {
  const e = target.closest && target.closest(".row[data-n]");
  const list = e && e.closest("[role=listbox]");
  const p = list && panels[list.id.replace("list-", "")];
  return p ? [p, p.rows[+e.dataset.n]] : [null, null];
}

function moveTo(p, n) {
  const row = p.rows[Math.max(0, Math.min(p.rows.length - 1, n))];
  if (row) {
    select(p, row);
    panels[p.name].list.focus();
  }
}

/* To the counterpart in the next panel that is shown and has one. */
function moveAcross(p, step) {
  const names = STAGES.map(([name]) => name);
  const wide = getComputedStyle($("stages")).getPropertyValue("--wide") === "1";
  for (let i = names.indexOf(p.name) + step; i >= 0 && i < names.length;
       i += step) {
    const q = panels[names[i]];
    const row = S.sel && counterpart(q, S.sel);
    if (row && (isShown(q) || !wide)) {
      showPanel(q.name);
      select(q, row);
      q.list.focus();
      return;
    }
  }
}

function onKey(event) {
  const p = panels[(event.target.id || "").replace("list-", "")];
  if (event.ctrlKey || event.altKey || event.metaKey) {
    return;
  }
  const now = p ? p.active ? p.rows.indexOf(p.active) : -1 : 0;
  const moves = {
    ArrowDown: () => moveTo(p, now + 1), ArrowUp: () => moveTo(p, now - 1),
    PageDown: () => moveTo(p, now + 15), PageUp: () => moveTo(p, now - 15),
    Home: () => moveTo(p, 0), End: () => moveTo(p, p.rows.length - 1),
    Enter: () => p.active && p.active.link && showFunction(p.active.link),
    ArrowRight: () => moveAcross(p, 1), ArrowLeft: () => moveAcross(p, -1),
  };
  const anywhere = {
    "[": () => showStage(Math.max(0, S.stage - 1)),
    "]": () => showStage(Math.min(S.unit.stages.length - 1, S.stage + 1)),
    Escape: () => select(panels.guest, null),
  };
  const act = (p && moves[event.key]) ||
    (!/SELECT|INPUT/.test(event.target.tagName) && anywhere[event.key]);
  if (act) {
    event.preventDefault();
    act();
  }
}

function listen() {
  const main = $("panels");
  main.addEventListener("click", (event) => {
    const [p, row] = rowOf(event.target);
    if (row && row.link && event.target.classList.contains("link")) {
      showFunction(row.link);
    } else if (row) {
      select(p, row);
    }
  });
  main.addEventListener("pointerover", (event) => {
    const [, row] = rowOf(event.target);
    light(row && event.pointerType === "mouse" ? meaning(row) : null, "hov",
          "hovexact");
  });
  main.addEventListener("pointerleave", () => light(null, "hov", "hovexact"));
  document.addEventListener("keydown", onKey);
  for (const radio of document.querySelectorAll("input[name=tier]")) {
    radio.onchange = () => showTier(tierOf());
  }
  $("unit").onchange = () => {
    showUnit(S.fn.units[+$("unit").value]);
    selectAgain();
  };
  $("only-changes").onchange = () => showStage(S.stage);
  $("function").onchange = () => {
    const addr = $("function").value;
    const fn = D.functions.find((f) => f.addr === addr);
    if (fn) {
      showFunction(fn);
    } else {
      location.search = "?f=" + addr;
    }
  };
  $("way-toggle").onclick = () => {
    const open = document.body.classList.toggle("way-closed");
    $("way-toggle").setAttribute("aria-expanded", String(!open));
  };
}

/* The page ---------------------------------------------------------------- */

function fillLegend() {
  const marks = LEGEND.map(([cls, text]) =>
    el("li", "", el("span", "swatch " + cls), text));
  const keys = KEYS.map(([key, text]) =>
    el("li", "", el("kbd", "", key), text));
  $("legend-text").append(el("p", "", INTRODUCTION), el("h3", "", "Marks"), el("ul", "", ...marks),
                          el("h3", "", "Keys, in a list"),
                          el("ul", "", ...keys));
}

function fillStages() {
  for (const [name, title, text] of STAGES) {
    const b = el("button", "", title);
    b.dataset.panel = name;
    b.onclick = () => goToPanel(name);
    $("stages").append(b);
    const help = el("details", "help", el("summary", "", "?"),
                    el("p", "", text));
    help.firstChild.setAttribute("aria-label",
                                 "What am I looking at: " + title);
    $("h-" + name).after(help);
  }
}

function fillFunctions() {
  const heat = (h) => D.heat ? "  " + percent(heatShare(h)) : "";
  for (const [name, addr, , h] of D.list) {
    const o = el("option", "", name + heat(h));
    o.value = "0x" + hex(addr);
    $("function").append(o);
  }
  const more = D.nb_all - D.list.length;
  if (more > 0) {
    const o = el("option", "", more + " more: tcg-explore " + D.program +
                 " NAME, or --serve");
    o.disabled = true;
    $("function").append(o);
  }
}

/* What page.c has packed: base64 of raw deflate of JSON. */
async function unpack(text) {
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream()
    .pipeThrough(new DecompressionStream("deflate-raw"));
  return JSON.parse(await new Response(stream).text());
}

async function start() {
  D = await unpack($("data").textContent);
  $("program").textContent = D.program;
  $("pair").textContent = D.guest + " → " + D.host;
  fillLegend();
  fillStages();
  fillFunctions();
  document.body.classList.toggle("way-closed", innerWidth < 700);
  $("way-toggle").setAttribute("aria-expanded", String(innerWidth >= 700));
  listen();
  document.body.dataset.middle = "ir";
  const link = readLink(location.hash);
  follow(link);
  showPanel("guest");
  window.addEventListener("hashchange", () => follow(readLink(location.hash)));
  document.body.dataset.ready = "1";
}

start();
