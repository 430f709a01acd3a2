/* Pictures as numbers: bars in lanes, edges of the graph, bits of a code. */

/*
 * Bars {from, to, key} in as few lanes as do, a lane for each at any time.
 * Sets bar.lane; returns how many lanes there are.
 */
function laneBars(bars) {
  const busyUntil = [];
  bars.sort((a, b) => a.from - b.from);
  for (const bar of bars) {
    let lane = busyUntil.findIndex((end) => end < bar.from);
    if (lane < 0) {
      lane = busyUntil.length;
    }
    busyUntil[lane] = bar.to;
    bar.lane = lane;
  }
  return busyUntil.length;
}

/*
 * Values of a unit's last stage: {temp, from, to, home, lane}; from and to are
 * indices in unit.final.  Constants and env are no values.
 */
function liveRanges(unit) {
  const open = new Map(), bars = [];
  const isValue = (t) => !/const|fixed/.test(unit.temps[t][2]);
  unit.final.forEach((op, i) => {
    for (const [t, flags] of op.args) {
      if (!isValue(t) || flags & 8) {
        continue;
      }
      if (!open.has(t)) {
        open.set(t, {temp: t, from: 0, to: i, home: false});
        bars.push(open.get(t));
      }
      open.get(t).to = i;
    }
    for (const [t, flags] of op.args) {
      if (isValue(t) && flags & 8) {
        open.set(t, {temp: t, from: i, to: i, home: !!(flags & 2)});
        bars.push(open.get(t));
      }
    }
  });
  return bars;
}

/*
 * Who is in which register: {temp, register, from, to} with row numbers.  rows:
 * [{event}] or other rows, in their order.
 */
function registerBars(rows) {
  const open = new Map(), bars = [];
  rows.forEach((row, i) => {
    const [what, temp, register] = row.event || [];
    const key = temp + " " + register;
    if (what === "lives") {
      const bar = {temp, register, from: i, to: i};
      open.set(key, bar);
      bars.push(bar);
    } else if (what === "leaves" && open.has(key)) {
      open.get(key).to = i;
      open.delete(key);
    } else if (row.isLabel) {
      open.clear();
    }
    for (const bar of open.values()) {
      bar.to = i;
    }
  });
  return bars;
}

/* Edges between nodes by their index: {from, to, leaves, lane, back}. */
function graphEdges(nodes) {
  const at = new Map(nodes.map((n, i) => [n.pc, i])), edges = [];
  nodes.forEach((node, from) => {
    for (const [kind, target] of node.exits) {
      const to = at.get(target);
      if (kind !== "call" && to !== undefined) {
        edges.push({from, to, kind, back: to <= from,
                    straight: to === from + 1});
      }
    }
  });
  return edges;
}

/* Lanes for edges that are not straight; returns [left, right] counts. */
function laneEdges(edges) {
  const counts = [true, false].map((back) => {
    const bars = edges.filter((e) => !e.straight && e.back === back)
      .map((e) => ({edge: e, from: Math.min(e.from, e.to),
                    to: Math.max(e.from, e.to)}));
    const busy = [];
    bars.sort((a, b) => (a.to - a.from) - (b.to - b.from));
    for (const bar of bars) {
      let lane = 0;
      while ((busy[lane] || []).some(
        (o) => o.from < bar.to && bar.from < o.to ||
               o.from === bar.from || o.to === bar.to &&
               o.edge.to !== bar.edge.to)) {
        lane++;
      }
      (busy[lane] = busy[lane] || []).push(bar);
      bar.edge.lane = lane;
    }
    return busy.length;
  });
  return counts;
}

/*
 * Fields of a pattern: [{name, fn, constant, parts: [{pos, len, signed}]}]
 * from "imm=31:s1,7:1!field_shl1 rs2=0".
 */
function parseFields(text) {
  return text.trim().split(/\s+/).filter(Boolean).map((word) => {
    const [name, value] = word.split("=");
    const [places, fn] = value.split("!");
    if (!places.includes(":")) {
      return {name, constant: places, parts: []};
    }
    const parts = places.split(",").filter((p) => /^\d/.test(p)).map((p) => {
      const [pos, len] = p.split(":");
      return {pos: +pos, len: +len.replace("s", ""),
              signed: len.startsWith("s")};
    });
    return {name, fn, parts};
  });
}

/* The field's value in a code, as the trans function gets it. */
function fieldValue(field, code) {
  if (field.constant !== undefined) {
    return +field.constant;
  }
  let value = 0;
  field.parts.forEach((p, i) => {
    let bits = Number(BigInt.asUintN(p.len, BigInt(code) >> BigInt(p.pos)));
    if (i === 0 && p.signed && bits >= 2 ** (p.len - 1)) {
      bits -= 2 ** p.len;
    }
    value = value * 2 ** p.len + bits;
  });
  const shift = /^field_shl(\d+)$/.exec(field.fn || "");
  if (shift) {
    value = (value * 2 ** +shift[1]) | 0;
  } else if (field.fn === "field_reg8") {
    value += 8;
  }
  return value;
}

/* Cells of the bit diagram, the highest first: {text, label, bits, fixed}. */
function bitCells(pattern, code) {
  const owner = new Array(pattern.width).fill("");
  for (const f of parseFields(pattern.fields)) {
    for (const p of f.parts) {
      for (let b = p.pos; b < p.pos + p.len; b++) {
        owner[b] = owner[b] && owner[b] !== f.name
          ? owner[b] + " " + f.name : f.name;
      }
    }
  }
  const cells = [];
  for (let b = pattern.width - 1; b >= 0; b--) {
    const bit = String(BigInt(code) >> BigInt(b) & 1n);
    const last = cells[cells.length - 1];
    if (last && last.label === owner[b]) {
      last.bits += bit;
    } else {
      cells.push({label: owner[b], bits: bit, high: b});
    }
  }
  return cells;
}
