/* Source lines: their words, and a colour for each through all panels. */

/* A word of C or C++, by the first group that matches. */
const TOKENS = [
  ["comment", /\/\/.*|\/\*(?:[^*]|\*(?!\/))*(?:\*\/)?/],
  ["string", /"(?:\\.|[^"\\])*"?|'(?:\\.|[^'\\])*'?/],
  ["number",
   /\b(?:0[xX][0-9a-fA-F']+|\d[\d.']*(?:[eEpP][+-]?\d+)?)[uUlLfF]*\b/],
  ["keyword", new RegExp("\\b(?:" +
    "alignas|alignof|asm|auto|bool|break|case|catch|char|class|const|" +
    "constexpr|continue|default|delete|do|double|else|enum|explicit|extern|" +
    "false|float|for|friend|goto|if|inline|int|long|namespace|new|noexcept|" +
    "nullptr|operator|private|protected|public|register|restrict|return|" +
    "short|signed|sizeof|static|struct|switch|template|this|throw|true|try|" +
    "typedef|typename|union|unsigned|using|virtual|void|volatile|while|" +
    "__attribute__|__asm__|\\w+_t)\\b")],
  ["prepro", /^\s*#\s*\w+/],
];
const TOKEN = new RegExp(
  TOKENS.map(([, r]) => "(" + r.source + ")").join("|"), "g");

/* A line's nodes; open: it begins in a comment.  [nodes, does it end in one]. */
function highlight(text, open) {
  const nodes = [];
  let at = 0;
  if (open) {
    const end = text.indexOf("*/");
    at = end < 0 ? text.length : end + 2;
    nodes.push(el("span", "tk-comment", text.slice(0, at)));
    open = end < 0;
  }
  TOKEN.lastIndex = at;
  for (let m; (m = TOKEN.exec(text)); at = TOKEN.lastIndex) {
    const [name] = TOKENS[m.slice(1).findIndex((g) => g !== undefined)];
    nodes.push(text.slice(at, m.index), el("span", "tk-" + name, m[0]));
    open = m[0].startsWith("/*") && !m[0].endsWith("*/");
  }
  nodes.push(text.slice(at));
  return [nodes, open];
}

/* Colours ----------------------------------------------------------------- */

/* Neighbours differ, no two are the same, and none is the yellow of what is
   lit. */
const GOLDEN_ANGLE = 137.508, FIRST_HUE = 75, HUES_WIDE = 320;

/* "file:line" to a hue, for each line that has code. */
function lineHues(fn) {
  const lines = new Map();
  for (const i of fn.insns.filter((insn) => insn.line)) {
    lines.set(i.file + ":" + i.line, [i.file, i.line]);
  }
  const order = [...lines.values()].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  return new Map(order.map(([file, line], n) =>
    [file + ":" + line, FIRST_HUE + (n * GOLDEN_ANGLE) % HUES_WIDE]));
}

/* The row's line: its own, or that of its guest instruction. */
function colourRow(fn, row) {
  const insn = row.pcs.length === 1 ? fn.at.get(row.pcs[0]) : null;
  const key = row.line ? row.file + ":" + row.line
    : insn ? insn.file + ":" + insn.line : "";
  if (fn.hues.has(key)) {
    row.el.classList.add("of-line");
    row.el.style.setProperty("--line-hue", fn.hues.get(key).toFixed(1));
  }
}

/* Where a line's work is -------------------------------------------------- */

/* How many jumps back of the function go around a block. */
function loopDepth(fn, n) {
  return graphEdges(fn.graph).filter((e) =>
    e.back && e.to <= n && n <= e.from).length;
}

/* A number for each block: deeper in loops, or hotter, is more. */
function blockWeights(fn) {
  if (!fn.weights) {
    fn.weights = fn.graph.map((node, n) => {
      const heat = fn.insns.reduce((sum, i) =>
        sum + (i.pc >= node.pc && i.pc < node.end ? i.heat : 0), 0);
      return heatShare(heat) * 1000 + loopDepth(fn, n);
    });
  }
  return fn.weights;
}

/*
 * pcs of a line as they are to be looked at: those of the block that does most
 * of the work first, of blocks alike that which has most of them.
 */
function byWork(fn, unit, pcs) {
  const weights = blockWeights(fn), inside = unitPcs(unit), rank = new Map();
  fn.graph.forEach((node, n) => {
    const own = pcs.filter((pc) => pc >= node.pc && pc < node.end);
    for (const pc of own) {
      rank.set(pc, [+inside.has(pc), weights[n], own.length]);
    }
  });
  const of = (pc) => rank.get(pc) || [0, 0, 0];
  return [...pcs].sort((a, b) => {
    const x = of(a), y = of(b);
    return y[0] - x[0] || y[1] - x[1] || y[2] - x[2] || a - b;
  });
}
