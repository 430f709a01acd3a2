/*
 * What is shown, as the page's address: #ADDRESS&f=&tier=&unit=&pass=&middle=&
 * row=.  ADDRESS is of the guest instruction; row, PANEL.NUMBER, is the line
 * that is selected.  Any part may be missing, also of links made by hand.
 */

function linkText() {
  const u = S.unit, p = Object.values(panels).find((q) => q.active);
  const parts = [S.sel && S.sel.pcs.length ? hex(S.sel.pcs[0]) : "",
                 "f=" + S.fn.addr.slice(2), "tier=" + u.tier,
                 "unit=" + hex(u.pc), "pass=" + u.stages[S.stage].pass,
                 "middle=" + document.body.dataset.middle];
  if (p) {
    parts.push("row=" + p.name + "." + p.rows.indexOf(p.active));
  }
  return "#" + parts.join("&");
}

/* {pc, f, tier, unit, pass, middle, row}; addresses are numbers. */
function readLink(text) {
  const [first, ...rest] = text.replace(/^#/, "").split("&");
  const link = Object.fromEntries(rest.map((part) => part.split("=")));
  link.pc = parseInt(first, 16);
  link.f = parseInt(link.f, 16);
  link.unit = parseInt(link.unit, 16);
  return link;
}

function writeLink() {
  if (!S.following) {
    history.replaceState(null, "", linkText());
  }
}

function linkedFunction(link) {
  return D.functions.find((f) => parseInt(f.addr, 16) === link.f) ||
    D.functions.find((f) => f.insns.some((i) => i.pc === link.pc)) ||
    D.functions[0];
}

function linkedRow(link) {
  const [name, n] = (link.row || "").split(".");
  const p = panels[name], row = p && p.rows[+n];
  const guest = panels.guest.byPc.get(link.pc);
  return row ? [p, row] : [panels.guest, guest ? guest[0] : null];
}

/* Shows what a link says. */
function follow(link) {
  S.following = true;
  if (/^(ir|live|regs)$/.test(link.middle)) {
    document.body.dataset.middle = link.middle;
  }
  const radio = document.querySelector(
    `input[name=tier][value="${link.tier === "region" ? "region" : "block"}"]`);
  radio.checked = true;
  showFunction(linkedFunction(link));
  const unit = unitsOf(S.fn, tierOf()).find((u) => u.pc === link.unit);
  if (unit) {
    showUnit(unit);
  }
  const stage = S.unit.stages.findIndex((s) => s.pass === link.pass);
  showStage(Math.max(0, stage));
  select(...linkedRow(link));
  S.following = false;
  writeLink();
}
