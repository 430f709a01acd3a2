"""check_data.py FILE: does the explorer's data hang together?

Prints a line for each thing that must hold; status 1 if one does not.
"""
import json
import sys

# Ops that leave no host code of their own: a label, or what the op before or
# after does along with it.
QUIET = ("set_label", "set_side", "set_stub", "discard", "goto_tb", "on_fault",
         "mov", "fbox", "fsingle", "ext", "extrl", "br", "mb")


class Checker:
    def __init__(self):
        self.failed = 0

    def check(self, what, complaints):
        complaints = list(complaints)
        self.failed += bool(complaints)
        print("FAIL" if complaints else "PASS", what)
        for c in complaints[:5]:
            print("   ", c)


def units(data):
    for f in data["functions"]:
        for u in f["units"]:
            yield f, u, "%s %s %x" % (f["name"], u["tier"], u["pc"])


def patterns(data):
    for f in data["functions"]:
        for i in f["insns"]:
            p = f["patterns"][i["pattern"]] if i["pattern"] >= 0 else None
            code = int(i["code"], 16)
            if not p:
                if not i["text"].startswith(".insn"):
                    yield "%x %s: no pattern" % (i["pc"], i["text"])
            elif code & p["mask"] != p["bits"] or \
                    p["width"] != 4 * len(i["code"]):
                yield "%x: %s does not match" % (i["pc"], p["name"])


def translated(data):
    """Each instruction is in a block, with IR as made and host code."""
    for f in data["functions"]:
        blocks = [u for u in f["units"] if u["tier"] == "block"]
        made = {u["ops"][i][1] for u in blocks for i in u["stages"][0]["ops"]}
        host = {h[5] for u in blocks for h in u["host"]}
        last = {u["ops"][o["id"]][1] for u in blocks for o in u["final"]}
        for i in f["insns"]:
            text = i["text"].replace("\t", " ")
            if i["pc"] not in made and "nop" not in text:
                yield "%x %s: no IR" % (i["pc"], text)
            if i["pc"] in last and i["pc"] not in host and not quiet(f, i):
                yield "%x %s: no host code" % (i["pc"], text)


def quiet(f, insn):
    names = [u["ops"][o["id"]][0].split(".")[0].split()[0]
             for u in f["units"] for o in u["final"]
             if u["ops"][o["id"]][1] == insn["pc"]]
    return all(n in QUIET for n in names)


def in_regions(data):
    """A region has code for each instruction of its blocks."""
    for f, u, name in units(data):
        if u["tier"] != "region":
            continue
        pcs = {u["ops"][i][1] for i in u["stages"][0]["ops"]}
        for pc in u["blocks"]:
            if pc not in pcs:
                yield "%s: nothing of %x" % (name, pc)
        if not u["host"]:
            yield name + ": no host code"


def histories(data):
    for _, u, name in units(data):
        before = None
        for stage in u["stages"]:
            ops = stage["ops"]
            if len(set(ops)) != len(ops):
                yield name + ": an op stands twice in " + stage["pass"]
            for i in ops:
                was = u["ops"][i][2]
                if before is not None and i not in before and was >= 0 and \
                        (was not in before or was in ops):
                    yield "%s %s: op %d was %d" % (name, stage["pass"], i, was)
            before = set(ops)
        if [o["id"] for o in u["final"]] != u["stages"][-1]["ops"]:
            yield name + ": liveness is not of the last stage"


def allocations(data):
    for _, u, name in units(data):
        final = [o["id"] for o in u["final"]]
        ids = [a["id"] for a in u["alloc"] if a["id"] >= 0]
        if not set(ids) <= set(final):
            yield name + ": allocated what is not there"
        for a in u["alloc"]:
            for what, temp, reg, _, why in a["ev"]:
                if temp >= len(u["temps"]) or why >= len(data["reasons"]):
                    yield "%s: %s of %d" % (name, what, temp)
                if what in ("load", "move", "lives", "in register") and \
                        not reg:
                    yield "%s: %s to no register" % (name, what)


def host_code(data):
    for _, u, name in units(data):
        at = 0
        for offset, code, text, *_ in u["host"]:
            if offset != at:
                yield "%s: a gap at %x, before %s" % (name, at, text)
                break
            at += len(code) // 2
        if at != u["host_bytes"]:
            yield "%s: %d bytes of %d" % (name, at, u["host_bytes"])


def graphs(data):
    for f in data["functions"]:
        pcs = {i["pc"] for i in f["insns"]}
        covered = {i["pc"] for i in f["insns"] for n in f["graph"]
                   if n["pc"] <= i["pc"] < n["end"]}
        if pcs != covered:
            yield "%s: not in a basic block: %s" % (
                f["name"], ["%x" % pc for pc in sorted(pcs - covered)[:5]])


def main():
    with open(sys.argv[1]) as f:
        data = json.load(f)
    c = Checker()
    c.check("functions, with instructions and units", (
        f["name"] for f in data["functions"]
        if not f["insns"] or not f["units"]))
    c.check("instructions have the pattern that matches", patterns(data))
    c.check("instructions have IR and host code", translated(data))
    c.check("regions have all of their blocks", in_regions(data))
    c.check("ops keep their identity from pass to pass", histories(data))
    c.check("allocation is of ops and temps that are there", allocations(data))
    c.check("host code is without gaps", host_code(data))
    c.check("basic blocks hold all instructions", graphs(data))
    return c.failed > 0


if __name__ == "__main__":
    sys.exit(main())
