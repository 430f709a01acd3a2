"""drive.py PAGE: real clicks, keys and touches on the explorer's page.

PAGE is that of demo.c, `hash` first, with the profile.  Prints a line for each
case and ends with "N passed, N failed".
"""
import os
import sys
import traceback

from browser import Browser, missing

REGION = "input[value=region] + span"
WIDE, PHONE = (1440, 900), (360, 740)
PANELS = ("flow", "source", "guest", "ir", "live", "regs", "host")

# Rows of a panel that have a class, as their texts.
LIT = """Array.from(document.querySelectorAll(
    `#list-${arguments[0]} .row.${arguments[1]}`), (e) => e.textContent)"""

# Lowest contrast of text that is shown, with where it is.
CONTRAST = """(() => {
  const parse = (c) => { const m = c.match(/[\\d.]+/g).map(Number);
    return {rgb: m.slice(0, 3), a: m.length > 3 ? m[3] : 1}; };
  const lum = (rgb) => { const [r, g, b] = rgb.map((v) => { v /= 255;
    return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const ground = (e) => { for (; e; e = e.parentElement) {
    const c = parse(getComputedStyle(e).backgroundColor);
    if (c.a === 1) { return c.rgb; } } return [255, 255, 255]; };
  let worst = [99, ""];
  for (const e of document.querySelectorAll(
      "header *, #note, nav *, .panel *, #way *")) {
    const own = [...e.childNodes].some((n) => n.nodeType === 3 &&
                                              n.data.trim());
    if (!own || !e.offsetParent || e.closest("svg, .unseen, option, " +
        "label:has(:disabled)")) { continue; }
    const a = lum(parse(getComputedStyle(e).color).rgb), b = lum(ground(e));
    const c = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (c < worst[0]) { worst = [c, e.className + " " + e.textContent]; }
  }
  return worst; })()"""


def same(what, got, want):
    if got != want:
        raise AssertionError("%s: %r, not %r" % (what, got, want))


def true(what, got):
    if not got:
        raise AssertionError("%s: %r" % (what, got))


def insn(b, mnemonic):
    """The address of the function's first such instruction, in hex."""
    return b.js("""S.fn.insns.find((i) => i.text.startsWith(
        arguments[0] + "\\t")).pc.toString(16)""", mnemonic)


def guest(b, mnemonic):
    return '#list-guest [data-pc="%s"]' % insn(b, mnemonic)


def all_lit(b, panels, pc):
    for name in panels:
        true("nothing lit in " + name, b.js(LIT, name, "lit"))
        wrong = b.js("""panels[arguments[0]].rows.filter((r) =>
            r.el.classList.contains("lit") !==
            r.pcs.includes(parseInt(arguments[1], 16))).length""", name, pc)
        same("wrongly lit in " + name, wrong, 0)


# ---- cases, on a wide window ----

def asks_nothing_of_the_network(b):
    same("resources", b.js("performance.getEntriesByType('resource').length"),
         0)


def guest_lights_all_stages(b):
    b.click(guest(b, "xor"))
    all_lit(b, ("flow", "source", "guest", "ir", "host"), insn(b, "xor"))
    for middle in ("live", "regs"):
        b.click("#stages [data-panel=%s]" % middle)
        all_lit(b, (middle,), insn(b, "xor"))
    true("the selected one", "xor" in b.js(LIT, "guest", "sel")[0])


def hot_region_does_too(b):
    b.click(REGION)
    b.click(guest(b, "xor"))
    all_lit(b, ("flow", "source", "guest", "ir", "host", "live", "regs"),
            insn(b, "xor"))
    true("a region", b.js("S.unit.tier") == "region")
    true("several copies", len(b.js(LIT, "host", "lit")) >= 4)


def op_and_host_code(b):
    b.click(guest(b, "xor"))
    b.click('#list-ir [data-pc="%s"].op' % insn(b, "xor"))
    host = b.js(LIT, "host", "exact")
    true("host code of the op", host and "xor" in host[0])
    b.click("#list-host .exact")
    true("the op of host code", "xor" in b.js(LIT, "ir", "exact")[0])
    true("its instruction", "xor" in b.js(LIT, "guest", "lit")[0])


def source_line_lights_its_instructions(b):
    line = "Array.from(document.querySelectorAll('#list-source .row')).find(" \
           "(e) => e.textContent.includes('h * 33')).id"
    b.click("#" + b.js(line))
    lit = b.js(LIT, "guest", "lit")
    true("several instructions", len(lit) > 2)
    true("one of them", any("xor" in text for text in lit))
    true("announced", "instructions, the first" in b.js(
        "document.getElementById('status').textContent"))


def nothing_is_cut(b):
    """Host bytes, host text and source lie within their panels."""
    for width in (1280, 1440, 1920):
        b.cdp("Emulation.setDeviceMetricsOverride", width=width, height=900,
              deviceScaleFactor=1, mobile=False)
        for tier in ("block", "region"):
            b.click("input[value=%s] + span" % tier)
            cut = b.js("""["source", "guest", "host"].flatMap((name) => {
                const view = panels[name].list.closest(".view");
                const edge = view.getBoundingClientRect().right;
                return [...view.querySelectorAll(".row > *")].filter((e) =>
                    e.getBoundingClientRect().right > edge + 0.5 ||
                    e.scrollWidth > e.clientWidth + 1 && e.clientWidth)
                  .map((e) => name + ": " + e.textContent); })""")
            same("cut at %d" % width, cut, [])
        bytes_shown = b.js("""[...document.querySelectorAll(
            "#list-host .bytes")].every((e) => e.offsetWidth)""")
        true("bytes at %d" % width, bytes_shown)


def lines_have_colours(b):
    b.click(REGION)
    hues = b.js("""panels.source.rows.filter((r) => r.line &&
        r.pcs.length).map((r) => r.el.style.getPropertyValue("--line-hue"))""")
    same("each its own", len(set(hues)), len(hues))
    true("some", len(hues) > 3 and "" not in hues)
    for name in ("guest", "ir", "live", "regs", "host"):
        same("the line's, in " + name, b.js("""panels[arguments[0]].rows.filter(
            (r) => r.pcs.length === 1 && r.el.style.getPropertyValue(
                "--line-hue") !== panels.source.rows.find((s) =>
                s.line === S.fn.at.get(r.pcs[0]).line).el.style
                .getPropertyValue("--line-hue")).length""", name), 0)
    true("keywords", b.js("""[...document.querySelectorAll(
        "#list-source .tk-keyword")].some(
            (e) => e.textContent === "while")"""))


def source_line_leads_to_its_work(b):
    """while (*s) is tested once in front of the loop, then in it."""
    b.click(REGION)
    b.click("#" + b.js("""panels.source.rows.find((r) =>
        r.el.textContent.includes("while (")).el.id"""))
    loop = b.js("S.fn.graph.find((n) => n.exits.some((e) => e[1] === n.pc)).pc")
    true("in the loop", b.js("S.sel.pcs[0]") >= loop)
    for name in ("guest", "ir", "host"):
        where = b.js("""(() => {
            const row = counterpart(panels[arguments[0]], S.sel);
            const e = row.el.getBoundingClientRect();
            const v = row.el.closest(".view").getBoundingClientRect();
            return [row.pcs[0], e.top >= v.top && e.bottom <= v.bottom,
                    row.el.textContent]; }).apply(null, arguments)""", name)
        true("%s: the loop's, %r" % (name, where), where[0] >= loop)
        true("%s: in sight, %r" % (name, where), where[1])
        true("%s: no jump, %r" % (name, where),
             not any(w in where[2] for w in ("set_label", "nop", "jmp")))


def the_way_scrolls(b):
    b.click(REGION)
    b.click("#passes button:nth-child(5)")
    b.click(guest(b, "addw"))
    true("as many lines as copies", b.js(
        "document.querySelectorAll('#way-steps li:last-child code').length")
        >= 4)
    true("within the window", b.js("""document.getElementById("way")
        .getBoundingClientRect().bottom <= innerHeight"""))
    scrolls = b.js("""(() => { const w = document.getElementById("way-steps");
        w.scrollTop = 1e6; const last = Math.max(...[...w.querySelectorAll(
            "li > *")].map((e) => e.getBoundingClientRect().bottom));
        return [last, w.getBoundingClientRect().bottom]; })()""")
    true("to its end: %r" % scrolls, scrolls[0] <= scrolls[1] + 1)


def links_keep_what_is_shown(b):
    b.click(REGION)
    names = b.js("S.unit.stages.map((s) => s.pass)")
    b.click("#passes button:nth-child(%d)" % (names.index("rename") + 1))
    b.click("#stages [data-panel=regs]")
    b.click(guest(b, "xor"))
    b.click("#list-host .exact, #list-host .lit:not(.head)")
    state = """[S.fn.name, S.unit.tier, S.unit.pc, S.stage, S.sel.pcs,
        document.body.dataset.middle, document.querySelector(".row.sel").id]"""
    before, url = b.js(state), b.js("location.href")
    b.go("about:blank")
    b.go(url)
    same("as it was", b.js(state), before)
    b.js("(location.hash = '%s') && 0" % insn(b, "addw"))
    b.js("new Promise((r) => setTimeout(r, 100))")
    true("an address alone", "addw" in b.js(LIT, "guest", "sel")[0])


def hovering_lights_for_a_time(b):
    b.click(guest(b, "xor"))
    b.hover(guest(b, "addw"))
    true("hovered", b.js(LIT, "guest", "hov"))
    for name in ("source", "ir", "host"):
        true("its counterpart in " + name, b.js(LIT, name, "hov"))
    true("the selection stays", "xor" in b.js(LIT, "guest", "sel")[0])
    b.hover("#program")
    same("afterwards", b.js(LIT, "guest", "hov"), [])


def keys_alone(b):
    b.keys("Tab", "Enter", "ArrowDown", "ArrowDown")
    same("focus", b.js("document.activeElement.id"), "list-guest")
    same("second line", b.js("panels.guest.rows.indexOf(panels.guest.active)"),
         1)
    said = b.js("document.getElementById('status').textContent")
    true("announced " + said, "host instruction" in said)
    active = b.js("document.activeElement.getAttribute("
                  "'aria-activedescendant')")
    same("active line", b.js("document.getElementById(arguments[0])"
                             ".getAttribute('aria-selected')", active), "true")
    b.keys("ArrowRight")
    same("to the right", b.js("document.activeElement.id"), "list-ir")
    true("the counterpart", b.js(LIT, "ir", "sel"))
    b.keys("]")
    same("next pass", b.js("S.stage"), 1)
    b.keys("[", "Escape")
    same("nothing selected", b.js(LIT, "guest", "lit"), [])


def passes_show_what_they_changed(b):
    b.click(REGION)
    names = b.js("S.unit.stages.map((s) => s.pass)")
    b.click("#passes button:nth-child(%d)" % (names.index("rename") + 1))
    true("added", b.js(LIT, "ir", "add"))
    true("removed", b.js(LIT, "ir", "del"))
    rows = b.js("panels.ir.rows.length")
    b.click("#only-changes")
    true("changes only", b.js("panels.ir.rows.length") < rows)


def links_lead_on(b):
    b.js("showFunction(D.functions.find((f) => f.name === 'main'))")
    b.click("#list-guest .row .link")
    true("a function that is called", b.js("S.fn.name") in ("hash", "norm"))
    b.click("#list-guest .insn")
    b.click("#way-steps li:last-child .link")
    same("from the way to the panel", b.js("document.activeElement.id"),
         "list-host")


def heat_is_shown(b):
    true("in the flow", "%" in b.js(
        "document.getElementById('list-flow').textContent"))
    true("in the list", "%" in b.js(
        "document.getElementById('function').textContent"))


def roles_and_names(b):
    b.cdp("Accessibility.enable")
    b.click(guest(b, "xor"))
    nodes = b.cdp("Accessibility.getFullAXTree")["nodes"]
    value = lambda n, key: n.get(key, {}).get("value", "")
    lists = [n for n in nodes if value(n, "role") == "listbox" and
             not n["ignored"]]
    names = [value(n, "name") for n in lists]
    for want in ("Flow", "Source", "Guest code", "Host code"):
        true("a list named " + want, want in names)
    for n in nodes:
        if value(n, "role") in ("button", "combobox", "radio", "checkbox",
                                "listbox") and not n["ignored"]:
            true("a name for each " + value(n, "role"), value(n, "name"))
    same("statuses", sum(value(n, "role") == "status" for n in nodes), 1)


def contrast(b):
    b.click(REGION)
    b.click("#passes button:nth-child(5)")
    for scheme in ("light", "dark"):
        b.cdp("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": scheme}])
        for place in (guest(b, "xor"), "#list-flow .node:last-of-type",
                      "#list-ir .add"):
            b.click(place)
            ratio, where = b.js(CONTRAST)
            true("%s, %s: %.2f of %s" % (scheme, place, ratio, where),
                 ratio >= 4.5)
    b.cdp("Emulation.setEmulatedMedia", features=[])


def nothing_moves(b):
    same("transitions", b.js("""[...document.querySelectorAll("*")].filter(
        (e) => getComputedStyle(e).transitionDuration !== "0s" ||
               getComputedStyle(e).animationName !== "none").length"""), 0)


# ---- on a phone ----

def fits_a_phone(b):
    for name in PANELS:
        b.click("#stages [data-panel=%s]" % name)
        true(name + " is shown", b.js("isShown(panels[arguments[0]])", name))
        true("no wider than the screen: " + name,
             b.js("document.documentElement.scrollWidth") <= PHONE[0])


def touch_and_stages(b):
    b.click("#stages [data-panel=guest]")
    b.js("document.querySelector(arguments[0]).scrollIntoView("
         "{block: 'center'})", guest(b, "xor"))
    b.tap(guest(b, "xor"))
    all_lit(b, ("guest",), insn(b, "xor"))
    for name in ("source", "ir", "live", "regs", "host"):
        b.click("#stages [data-panel=%s]" % name)
        all_lit(b, (name,), insn(b, "xor"))
        true("in sight: " + name, b.js("""(() => { const r =
            document.querySelector(`#list-${arguments[0]} .lit`)
            .getBoundingClientRect(); return r.top >= 0 &&
            r.bottom <= innerHeight; }).apply(null, arguments)""", name))


WIDE_CASES = (
    asks_nothing_of_the_network, guest_lights_all_stages, hot_region_does_too,
    nothing_is_cut, lines_have_colours, source_line_leads_to_its_work,
    the_way_scrolls, links_keep_what_is_shown, op_and_host_code, source_line_lights_its_instructions,
    hovering_lights_for_a_time, keys_alone, passes_show_what_they_changed,
    links_lead_on, heat_is_shown, roles_and_names, contrast, nothing_moves)
PHONE_CASES = (fits_a_phone, touch_and_stages)


def run(page, size, cases):
    failed = 0
    b = Browser(*size)
    try:
        for case in cases:
            b.go("about:blank")
            b.go(page)
            try:
                case(b)
                print("PASS", case.__name__)
            except Exception:
                failed += 1
                print("FAIL", case.__name__)
                traceback.print_exc(limit=1, file=sys.stdout)
    finally:
        b.close()
    return failed


def main():
    if missing():
        print("SKIP drive.py: %s is not installed" % missing())
        print("0 passed, 0 failed, 1 skipped")
        return 0
    page = "file://" + os.path.abspath(sys.argv[1])
    failed = run(page, WIDE, WIDE_CASES) + run(page, PHONE, PHONE_CASES)
    passed = len(WIDE_CASES) + len(PHONE_CASES) - failed
    print("%d passed, %d failed" % (passed, failed))
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
