/* The way of one instruction: what became of it in each stage. */

function lineOf(text, cls) {
  return el("code", cls || "", ...code(text));
}

function bitDiagram(pattern, value) {
  const box = el("div", "bits");
  let hue = 0;
  const hues = new Map();
  for (const cell of bitCells(pattern, value)) {
    if (cell.label && !hues.has(cell.label)) {
      hues.set(cell.label, hue++ % HUES);
    }
    const c = el("span", cell.label ? "hue" + hues.get(cell.label) : "fixed",
                 el("small", "", String(cell.high)), el("code", "", cell.bits),
                 el("small", "", cell.label || "fixed"));
    c.style.flexGrow = cell.bits.length;
    box.append(c);
  }
  box.setAttribute("role", "img");
  box.setAttribute("aria-label", "bits " + bitCells(pattern, value).map(
    (c) => c.bits + (c.label ? " " + c.label : "")).join(", "));
  return box;
}

function sourceStep(fn, insn) {
  const file = fn.files[insn.file];
  const line = file && file.lines.find(([n]) => n === insn.line);
  return !file ? [] : [
    lineOf(line ? line[1].trim() : ""),
    el("p", "aside", file.name.replace(/.*\//, "") + ", line " + insn.line)];
}

function patternStep(fn, insn) {
  const pattern = fn.patterns[insn.pattern];
  if (!pattern) {
    return [el("p", "aside", "No pattern matches: an illegal instruction.")];
  }
  const value = "0x" + insn.code;
  const fields = parseFields(pattern.fields).map((f) =>
    f.name + " = " + fieldValue(f, value)).join(", ");
  return [bitDiagram(pattern, value),
          el("p", "", el("b", "", pattern.name),
             (pattern.format ? " @" + pattern.format : "") + ", " +
             pattern.file + ":" + pattern.line +
             (fields ? " — " + fields : ""))];
}

/* Ids of a list that belong to the selection. */
function chosen(unit, ids, sel) {
  return ids.filter((id) => sel.pcs.includes(unit.ops[id][1]) ||
                            sel.exact.has(id));
}

function passSteps(unit, sel) {
  const steps = [];
  unit.stages.forEach((stage, k) => {
    const changes = k ? passDiff(unit, k).filter((d) => d.mark !== " ") : [];
    const ids = new Set(chosen(unit, changes.map((d) => d.id), sel));
    const mine = changes.filter((d) => ids.has(d.id));
    if (mine.length) {
      steps.push(el("p", "pass", stage.pass));
      for (const d of mine) {
        steps.push(el("code", d.mark === "+" ? "add" : "del",
                      (d.mark === "+" ? "+ " : "− ") + unit.ops[d.id][0]));
      }
    }
  });
  return steps.length ? steps
    : [el("p", "aside", "No pass changes it.")];
}

function lifeSteps(unit, sel) {
  return unit.final.filter((op) => sel.pcs.includes(unit.ops[op.id][1]))
    .map((op) => el("p", "", el("code", "", unit.ops[op.id][0]), " ",
                    el("span", "aside", lifeWords(unit, op))));
}

function registerSteps(unit, sel) {
  const out = [];
  for (const {id, ev} of unit.alloc || []) {
    if (id < 0 || !sel.pcs.includes(unit.ops[id][1])) {
      continue;
    }
    const places = placeWords(unit, ev);
    if (places) {
      out.push(el("p", "", places));
    }
    for (const e of ev.filter((x) => !/^in |lives|leaves/.test(x[0]))) {
      out.push(el("p", "", eventText(unit, e), " ",
                  el("span", "aside", D.reasons[e[4]])));
    }
  }
  return out.length ? out : [el("p", "aside", "Nothing to move.")];
}

function hostSteps(unit, sel) {
  const lines = (unit.host || []).filter((h) => sel.pcs.includes(h[5]));
  return lines.length ? lines.map((h) => lineOf(h[2].replace(/ +/g, " ")))
    : [el("p", "aside", "No host code: done without, or by its neighbours.")];
}

function card(name, title, nodes, cls) {
  if (!nodes.length) {
    return null;
  }
  const go = el("button", "link", title);
  go.onclick = () => goToPanel(name);
  return el("li", cls || "", el("h3", "", go), ...nodes);
}

function renderWay(fn, unit, sel) {
  const list = $("way-steps");
  list.textContent = "";
  const insn = sel && fn.at.get(sel.pcs[0]);
  $("way-title").textContent = insn ? hex(insn.pc) + "  " +
    insn.text.replace("\t", " ") : "Select a line anywhere.";
  document.body.classList.toggle("has-way", !!insn);
  if (!insn) {
    return;
  }
  const one = {pcs: sel.pcs.slice(0, 1), exact: sel.exact};
  const first = chosen(unit, unit.stages[0].ops, one);
  const steps = [
    card("source", "Source", sourceStep(fn, insn)),
    card("guest", "Decode pattern", patternStep(fn, insn), "wide"),
    card("ir", "IR", first.map((id) => lineOf(unit.ops[id][0]))),
    card("ir", "Passes", passSteps(unit, one)),
    card("live", "Liveness", lifeSteps(unit, one)),
    card("regs", "Registers", registerSteps(unit, one)),
    card("host", "Host code", hostSteps(unit, one)),
  ];
  list.append(...steps.filter(Boolean));
}
