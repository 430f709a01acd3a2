/* The panels: each is a list of rows, made anew when what it shows changes. */

const SVG = "http://www.w3.org/2000/svg";
const LANE = 9, HUES = 6; /* as page.css has them */

const $ = (id) => document.getElementById(id);
/* Rows are higher where fingers are to meet them. */
const ROW = parseFloat(getComputedStyle(document.documentElement)
  .getPropertyValue("--row"));
const hex = (n) => n.toString(16);

function el(tag, cls, ...children) {
  const e = document.createElement(tag);
  if (cls) {
    e.className = cls;
  }
  e.append(...children.filter((c) => c !== null && c !== undefined));
  return e;
}

function svg(tag, attributes, parent) {
  const e = document.createElementNS(SVG, tag);
  for (const [k, v] of Object.entries(attributes)) {
    e.setAttribute(k, v);
  }
  parent.append(e);
  return e;
}

/* "addi\ta0,a0,1" and "add.i64 a0, a1": mnemonic and operands, aligned. */
function code(text) {
  const at = text.search(/[\t ]/);
  return at < 0 ? [el("span", "mn", text)]
    : [el("span", "mn", text.slice(0, at)), " ", text.slice(at + 1)];
}

/* Lists ------------------------------------------------------------------- */

const panels = {}; /* by name: {list, rows, byPc, byOp} */

function beginPanel(name) {
  const list = $("list-" + name);
  list.textContent = "";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-labelledby", "h-" + name);
  list.tabIndex = 0;
  list.removeAttribute("aria-activedescendant");
  const p = {name, list, rows: [], byPc: new Map(), byOp: new Map()};
  panels[name] = p;
  return p;
}

function index(map, key, row) {
  if (!map.has(key)) {
    map.set(key, []);
  }
  map.get(key).push(row);
}

/*
 * row: {pcs, op, cls, cells, minor, ...}; cells are nodes and texts; minor:
 * where its instruction does no work, a jump, padding.
 */
function addRow(p, row) {
  const n = p.rows.length;
  row.pcs = row.pcs || [];
  row.el = el("div", "row " + (row.cls || ""), ...row.cells);
  row.el.setAttribute("role", "option");
  row.el.setAttribute("aria-selected", "false");
  row.el.id = p.name + "-" + n;
  row.el.dataset.n = n;
  if (row.pcs.length === 1) {
    row.el.dataset.pc = hex(row.pcs[0]);
  }
  if (row.op !== undefined) {
    row.el.dataset.op = row.op;
    index(p.byOp, row.op, row);
  }
  for (const pc of row.pcs) {
    index(p.byPc, pc, row);
  }
  if (!row.node) {
    colourRow(S.fn, row);
  }
  p.rows.push(row);
  p.list.append(row.el);
  return row;
}

function emptyRow(p, text) {
  p.list.append(el("p", "empty", text));
}

/* A heading inside of a list: where the ops of a guest instruction begin. */
function addInsnRow(p, fn, pc) {
  const insn = fn.at.get(pc);
  const text = pc < 0 ? "(not of one instruction)"
    : insn ? insn.text.replace("\t", " ") : "";
  addRow(p, {pcs: pc < 0 ? [] : [pc], cls: "head", minor: true,
             cells: [el("span", "addr", pc < 0 ? "" : hex(pc)), text]});
}

/* Flow -------------------------------------------------------------------- */

const NODE = {height: 58, gap: 26, width: 132, lane: 9, margin: 14};

function count(n, what) {
  return n + " " + what + (n === 1 ? "" : "s");
}

function heatShare(count) {
  return D.heat ? count / D.heat : 0;
}

function percent(share) {
  return share >= 0.0005 ? (share * 100).toFixed(1) + " %" : "";
}

function nodeRow(p, fn, node, unit) {
  const insns = fn.insns.filter((i) => i.pc >= node.pc && i.pc < node.end);
  const heat = insns.reduce((sum, i) => sum + i.heat, 0);
  const ends = node.exits.filter(([kind, target]) =>
    /call|return|indirect|exit/.test(kind) || !fn.at.has(target));
  const words = ends.filter(([k]) => k !== "back").map(([kind, , name]) =>
    EXIT_WORDS[kind] + (name && /call|jump|next/.test(kind) ? " " + name : ""));
  const last = insns[insns.length - 1];
  const member = unitPcs(unit).has(node.pc);
  const copies = unit.blocks.filter((pc) => pc === node.pc).length;
  const size = percent(heatShare(heat)) || count(insns.length, "insn");
  const row = addRow(p, {
    pcs: insns.map((i) => i.pc), node,
    cls: "node" + (member ? " member" : ""),
    cells: [el("span", "addr", hex(node.pc)),
            el("span", "size", size + (copies > 1 ? " ×" + copies : "")),
            el("span", "last", last ? last.text.replace("\t", " ") : ""),
            el("span", "ends", words.join(", ") || " ")],
  });
  row.el.style.setProperty("--heat-share", heatShare(heat));
  row.el.title = words.join(", ");
  return row;
}

function edgePath(e, left, top) {
  const y = (i) => top(i);
  const x = left + NODE.width;
  if (e.straight && !e.back) {
    const mid = left + NODE.width / 2;
    return `M${mid},${y(e.from) + NODE.height}V${y(e.to) - 5}`;
  }
  const from = y(e.from) + NODE.height - 12, to = y(e.to) + 12;
  const out = (e.lane + 1) * NODE.lane;
  const edge = e.back ? left : x, far = e.back ? left - out : x + out;
  const r = e.back ? -4 : 4, down = to > from ? 4 : -4;
  const tip = e.back ? edge - 5 : edge + 5;
  return `M${edge},${from}H${far - r}q${r},0 ${r},${down}V${to - down}` +
         `q0,${down} ${-r},${down}H${tip}`;
}

function renderFlow(fn, unit) {
  const p = beginPanel("flow"), nodes = fn.graph;
  const members = new Set(unitPcs(unit));
  const edges = graphEdges(nodes);
  const [lanesLeft, lanesRight] = laneEdges(edges);
  const left = NODE.margin + lanesLeft * NODE.lane;
  const width = left + NODE.width + lanesRight * NODE.lane + NODE.margin;
  const top = (i) => 6 + i * (NODE.height + NODE.gap);
  nodes.forEach((node, i) => {
    const row = nodeRow(p, fn, node, unit);
    row.el.style.left = left + "px";
    row.el.style.top = top(i) + "px";
  });
  const picture = $("edges");
  picture.textContent = "";
  picture.setAttribute("width", width);
  picture.setAttribute("height", top(nodes.length));
  p.list.parentNode.style.width = width + "px";
  p.list.parentNode.style.height = top(nodes.length) + "px";
  for (const e of edges) {
    const leaves = members.has(nodes[e.from].pc) &&
                   !members.has(nodes[e.to].pc);
    const path = svg("path", {d: edgePath(e, left, top),
      class: "edge" + (e.back ? " back" : "") + (leaves ? " leaves" : ""),
      "marker-end": "url(#tip)"}, picture);
    path.dataset.from = e.from;
    path.dataset.to = e.to;
  }
  p.list.closest(".view").scrollLeft = Math.max(0, left - 20);
  const defs = svg("defs", {}, picture);
  const tip = svg("marker", {id: "tip", viewBox: "0 0 8 8", refX: 4, refY: 4,
    markerWidth: 7, markerHeight: 7, orient: "auto"}, defs);
  svg("path", {d: "M0,0L8,4L0,8z", class: "tip"}, tip);
}

/* Source, guest ----------------------------------------------------------- */

function renderSource(fn) {
  const p = beginPanel("source");
  const has = fn.files.some((f) => f.lines.length);
  document.body.classList.toggle("no-source", !has && !D.no_source);
  if (!has) {
    const file = fn.files.length && fn.files[0].name;
    emptyRow(p, D.no_source ||
      (file ? "The source file " + file + " cannot be read here."
        : "The program says nothing of its source (build it with -g)."));
    return;
  }
  fn.files.forEach((file, f) => {
    let nodes, open = false;
    addRow(p, {cls: "head", cells: [file.name.replace(/.*\//, "")]});
    for (const [n, text] of file.lines) {
      [nodes, open] = highlight(text, open);
      const of = fn.insns.filter((i) => i.file === f && i.line === n);
      addRow(p, {pcs: of.map((i) => i.pc), cls: of.length ? "" : "outside",
                 line: n, file: f,
                 cells: [el("span", "addr", String(n)),
                         el("span", "text", ...nodes)]});
    }
  });
}

/* The function on this page that has the address, or undefined. */
function functionNamed(name) {
  return D.functions.find((f) => f.name === name);
}

function guestRow(p, fn, insn, inside) {
  const own = insn.to === fn.name || insn.to.startsWith(fn.name + "+");
  const link = insn.to && !own && functionNamed(insn.to);
  const name = own && insn.to !== fn.name ? insn.to.slice(fn.name.length)
    : insn.to;
  const target = name
    ? el("span", link ? "link" : own ? "aside own" : "aside", name) : null;
  if (target) {
    target.title = name;
  }
  const heat = el("span", "heat");
  heat.style.setProperty("--heat-share", insn.heat / (fn.hottest || 1));
  heat.title = percent(heatShare(insn.heat));
  addRow(p, {pcs: [insn.pc], link,
             cls: "insn" + (inside ? "" : " outside"),
             cells: [D.heat ? heat : null, el("span", "addr", hex(insn.pc)),
                     el("span", "bytes", insn.code),
                     el("span", "text", ...code(insn.text)), target]});
}

function renderGuest(fn, unit) {
  const p = beginPanel("guest"), inside = unitPcs(unit);
  const starts = new Set(fn.graph.map((n) => n.pc));
  for (const insn of fn.insns) {
    guestRow(p, fn, insn, inside.has(insn.pc));
    p.rows[p.rows.length - 1].el.classList.toggle("start",
                                                  starts.has(insn.pc));
  }
}

/* Ops and host instructions that only lead to others. */
const NO_WORK = /^(br|set_label|nop|jmp|goto_tb)\b/;

/* IR and passes ----------------------------------------------------------- */

/*
 * Ops of stage k with what the pass removed: [{id, mark}], mark " ", +, -.
 * What was removed stands in front of what it became, or of the first op
 * behind it that was made for the same instruction.
 */
function passDiff(unit, k) {
  const now = unit.stages[k].ops;
  if (!k) {
    return now.map((id) => ({id, mark: " "}));
  }
  const before = unit.stages[k - 1].ops, out = [];
  const place = new Map(before.map((id, i) => [id, i])), has = new Set(now);
  let i = 0;
  const flush = (isDue) => {
    for (; i < before.length && isDue(before[i]); i++) {
      if (!has.has(before[i])) {
        out.push({id: before[i], mark: "-"});
      }
    }
  };
  for (const id of now) {
    const [, pc, was] = unit.ops[id];
    const end = place.has(id) ? place.get(id) : place.get(was);
    if (end !== undefined) {
      flush(() => i <= end);
    } else {
      flush((old) => !has.has(old) && unit.ops[old][1] === pc);
    }
    out.push({id, mark: place.has(id) ? " " : "+"});
  }
  flush(() => true);
  return out;
}

function passCounts(unit, k) {
  const diff = passDiff(unit, k);
  const count = (mark) => diff.filter((d) => d.mark === mark).length;
  return {added: count("+"), removed: count("-")};
}

/* Words of a changed op that differ from what it was. */
function changedCode(text, was) {
  const old = was ? was.split(/[ ,]+/) : null;
  const nodes = code(text);
  if (!old || nodes.length < 3) {
    return nodes;
  }
  const words = text.split(/[ ,]+/);
  const rest = words.slice(1).flatMap((w, i) => {
    const node = w === old[i + 1] ? w : el("b", "", w);
    return i ? [", ", node] : [node];
  });
  const mn = words[0] === old[0] ? nodes[0] : el("b", "mn", words[0]);
  return [mn, " ", ...rest];
}

function irRow(p, unit, d) {
  const [text, pc, was] = unit.ops[d.id];
  const before = d.mark === "+" && was >= 0 ? unit.ops[was][0] : null;
  const cls = {"+": "add", "-": "del", " ": ""}[d.mark];
  const said = {"+": was >= 0 ? "changed: " : "added: ", "-": "removed: ",
                " ": ""}[d.mark];
  const mark = el("span", "mark", d.mark === "-" ? "−" : d.mark);
  mark.setAttribute("aria-hidden", "true");
  addRow(p, {pcs: pc < 0 ? [] : [pc], op: d.id, cls: "op " + cls,
             minor: NO_WORK.test(text),
             cells: [mark, said ? el("span", "unseen", said) : null,
                     el("span", "text", ...changedCode(text, before))]});
}

function renderIr(fn, unit, k) {
  const p = beginPanel("ir"), only = $("only-changes").checked && k > 0;
  let last, kept = 0;
  const tellKept = () => {
    if (kept) {
      const row = el("div", "row kept", kept + " unchanged");
      row.setAttribute("role", "option");
      row.setAttribute("aria-disabled", "true");
      p.list.append(row);
      last = undefined;
    }
    kept = 0;
  };
  for (const d of passDiff(unit, k)) {
    if (only && d.mark === " ") {
      kept++;
      continue;
    }
    tellKept();
    const pc = unit.ops[d.id][1];
    if (pc !== last) {
      addInsnRow(p, fn, pc);
      last = pc;
    }
    irRow(p, unit, d);
  }
  tellKept();
}

function renderPasses(unit, k, choose) {
  const group = $("passes");
  group.textContent = "";
  unit.stages.forEach((stage, i) => {
    const {added, removed} = passCounts(unit, i);
    const what = !i ? unit.stages[0].ops.length + " ops"
      : added || removed ? `+${added} −${removed}` : "no change";
    const b = el("button", "", el("span", "", stage.pass),
                 el("small", "", what));
    b.setAttribute("aria-pressed", String(i === k));
    b.classList.toggle("idle", i > 0 && !added && !removed);
    b.onclick = () => choose(i);
    group.append(b);
  });
  $("about-pass").textContent = PASSES[unit.stages[k].pass] || "";
}

/* Liveness, registers ----------------------------------------------------- */

function drawLanes(picture, bars, lanes, rows, names) {
  const head = names ? 30 : 0;
  picture.textContent = "";
  picture.setAttribute("width", lanes * LANE + 6);
  picture.setAttribute("height", rows * ROW + head);
  picture.parentNode.style.setProperty("--lanes", lanes * LANE + 6 + "px");
  picture.parentNode.style.setProperty("--lanehead", head + "px");
  for (const bar of bars) {
    const x = bar.lane * LANE + 2, y = head + bar.from * ROW + 5;
    const r = svg("rect", {x, y, width: LANE - 4, rx: 2,
      height: Math.max((bar.to - bar.from) * ROW, 0) + ROW - 10,
      class: "bar hue" + bar.temp % HUES}, picture);
    r.dataset.temp = bar.temp;
    svg("title", {}, r).textContent = bar.name;
    if (bar.home) {
      svg("circle", {cx: x + (LANE - 4) / 2, cy: y + 3, r: 3.5,
                     class: "ring"}, picture);
    }
  }
  (names || []).forEach((name, i) => {
    const x = i * LANE + 8;
    const t = svg("text", {x, y: 27, transform: `rotate(-90 ${x} 27)`,
                           class: "lane"}, picture);
    t.textContent = name;
  });
}

/* "a5 last use, a0 to the guest's state" */
function lifeWords(unit, op) {
  const words = op.args.flatMap(([t, flags]) => {
    const said = unit.temps[t][2] === "const" ? [] : flags === 9 ? ["not used"]
      : LIFE_WORDS.filter(([bit]) => flags & bit && !(bit === 1 && flags & 8))
        .map(([, w]) => w);
    return said.length ? [unit.temps[t][0] + " " + said.join(", ")] : [];
  });
  return [...new Set(words), ...(op.low ? ["low half alone"] : [])].join("; ");
}

function renderLive(unit) {
  const p = beginPanel("live");
  for (const op of unit.final) {
    const [text, pc] = unit.ops[op.id];
    addRow(p, {pcs: pc < 0 ? [] : [pc], op: op.id, cls: "op",
               minor: NO_WORK.test(text),
               temps: op.args.map((a) => a[0]),
               cells: [el("span", "text", ...code(text)),
                       el("span", "aside", lifeWords(unit, op))]});
  }
  const bars = liveRanges(unit);
  for (const bar of bars) {
    bar.name = unit.temps[bar.temp][0];
  }
  drawLanes($("lanes-live"), bars, laneBars(bars), p.rows.length);
}

function eventText(unit, [what, temp, register, from]) {
  const name = unit.temps[temp][0];
  switch (what) {
  case "load": return `load ${name} → ${register}`;
  case "store": return `store ${register} → ${name} in memory`;
  case "set": return `set ${register} to ${name}`;
  case "store value": return `store ${name} in memory`;
  case "move": return `move ${name}: ${from} → ${register}`;
  case "swap": return `swap ${from} and ${register}`;
  case "lives": return `${name} lives in ${register}`;
  default: return `${name} leaves ${register}`;
  }
}

/* Where the operands are: "a in r1, b in r2". */
function placeWords(unit, events) {
  return events.filter(([what]) => what.startsWith("in ")).map((e) =>
    unit.temps[e[1]][0] + (e[0] === "in register" ? " in " + e[2] :
      e[0] === "in memory" ? " in memory" : " in the code")).join(", ");
}

/* Which global lives where at every entry and exit; integers first. */
function fillPins(unit) {
  const text = (pins) => pins.map(([global, register]) =>
    global + " in " + register).join(", ");
  const isVector = ([, register]) => /mm/.test(register);
  const integer = unit.pins.filter((pin) => !isVector(pin));
  $("pins").replaceChildren(
    el("summary", "about", "Homes at every entry and exit: " +
       text(integer) + " …"),
    el("p", "about", text(unit.pins.filter(isVector))));
}

function renderRegs(unit) {
  const p = beginPanel("regs");
  if (!unit.alloc) {
    emptyRow(p, "This is too large to be compiled as one.");
    return;
  }
  for (const {id, ev} of unit.alloc) {
    const [text, pc] = id < 0 ? ["", -1] : unit.ops[id];
    const pcs = pc < 0 ? [] : [pc], op = id < 0 ? undefined : id;
    if (id >= 0) {
      addRow(p, {pcs, op, cls: "op", minor: NO_WORK.test(text), isLabel: /^set_(label|stub)/.test(text),
                 cells: [el("span", "text", ...code(text)),
                         el("span", "aside", placeWords(unit, ev))]});
    }
    for (const event of ev.filter(([what]) => !what.startsWith("in "))) {
      const costs = !/lives|leaves/.test(event[0]);
      addRow(p, {pcs, op, event, cls: "event" + (costs ? " costs" : ""),
                 cells: [eventText(unit, event), el("span", "aside",
                   costs ? D.reasons[event[4]] : "")]});
    }
  }
  const bars = registerBars(p.rows);
  const names = [...new Set(bars.map((b) => b.register))].sort();
  for (const bar of bars) {
    bar.lane = names.indexOf(bar.register);
    bar.name = unit.temps[bar.temp][0] + " in " + bar.register;
  }
  drawLanes($("lanes-regs"), bars, names.length, p.rows.length, names);
  fillPins(unit);
}

/* Host code --------------------------------------------------------------- */

const PLACES = ["", "Out of line: exits not linked yet, slow paths",
                "Data that the code reads"];

function renderHost(fn, unit) {
  const p = beginPanel("host");
  let last, lastPlace = 0;
  if (D.no_host_text) {
    emptyRow(p, D.no_host_text + ".");
  }
  for (const [offset, bytes, text, comment, id, pc, place] of
       unit.host || []) {
    if (place !== lastPlace) {
      addRow(p, {cls: "head", cells: [PLACES[place]]});
    } else if (pc !== last && !place) {
      addInsnRow(p, fn, pc);
    }
    last = pc;
    lastPlace = place;
    addRow(p, {pcs: pc < 0 ? [] : [pc], op: id < 0 ? undefined : id,
               cls: "host", minor: NO_WORK.test(text) || place > 0,
               cells: [el("span", "addr", hex(offset)),
                       el("span", "bytes", bytes),
                       el("span", "text", ...code(text.replace(/ +/g, " ")),
                          comment ? el("span", "aside", "  " + comment) : null)
               ]});
  }
}
