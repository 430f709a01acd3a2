#!/usr/bin/env python3
"""Where the time of a guest program goes, and what its hottest code became.

usage: bench/where.py [--blocks N] [--width N] [--emulator PATH] [PROGRAM...]

PROGRAM is one of bench/run.py's or the path of a guest program; all of
bench/run.py's by default. One line each, from perf with a perf map: per cent
of CPU time in translated code, between blocks (run loop, store, links, the
runtime's stubs), in helpers, translation, the rest of the emulator (system
calls, mostly) and the kernel; then, for the hottest block or region, its host
instructions for each of its guest instructions, padding and the stubs at its
end left out.

--blocks N also lists the N hottest: guest code, IR and host code side by side.
Needs perf, objdump and nm.
"""
import argparse
import collections
import itertools
import os
import re
import struct
import subprocess
import tempfile

import run

ROOT = run.ROOT
PARTS = ["code", "between", "helpers", "translate", "emulator", "kernel"]
# What the emulator's object files do; the first prefix that fits counts.
FOLDERS = [
    ("core/softfp", "helpers"), ("frontend/riscv/helper", "helpers"),
    ("backend/x86_64/fp_soft", "helpers"), ("exec/translate", "translate"),
    ("exec/region", "translate"), ("exec/piece", "translate"),
    ("exec/mem", "translate"), ("exec", "between"), ("core", "translate"),
    ("opt", "translate"), ("frontend", "translate"), ("backend", "translate"),
    ("util/arena", "translate"), ("", "emulator"),
]
BLOCK = re.compile(r"(?:.*\[)?((?:region|guest)_[0-9a-f]+)\]?$")


def part_of_file(path):
    return next(part for prefix, part in FOLDERS if path.startswith(prefix))


def emulator_symbols(build):
    """Function name -> part, from the emulator's object files."""
    top = os.path.join(build, "obj", "src")
    symbols = {}
    for folder, _, files in os.walk(top):
        paths = [os.path.join(folder, f) for f in files if f.endswith(".o")]
        if not paths:
            continue
        out = subprocess.run(["nm", "-A"] + paths, capture_output=True,
                             text=True).stdout
        for line in out.splitlines():
            path, _, rest = line.partition(":")
            fields = rest.split()
            if len(fields) == 3 and fields[1] in "tT":
                symbols[fields[2]] = part_of_file(os.path.relpath(path, top))
    return symbols


def sample(emulator, program, folder):
    """(symbol, object) of each sample; a block's without its function."""
    data = os.path.join(folder, "perf.data")
    subprocess.run(["perf", "record", "-q", "-F", "4000", "-o", data,
                    emulator] + program, check=True,
                   env=dict(os.environ, TCG_SETTINGS="perfmap"),
                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    out = subprocess.run(["perf", "script", "-i", data, "-F",
                          "ip,sym,dso"], capture_output=True, text=True).stdout
    found = re.findall(r"^\s*[0-9a-f]+ (.*) \((.*)\)$", out, re.M)
    return [(BLOCK.sub(r"\1", sym), dso) for sym, dso in found]


def part_of(sym, dso, symbols):
    if BLOCK.match(sym):
        return "code"
    if "kernel" in dso:
        return "kernel"
    if "perf-" in dso or "JIT" in dso or "//anon" in dso:
        return "between"
    return symbols.get(sym.split(".")[0], "emulator")


def read_log(path):
    """The last log text of each block, by the name perf has for it."""
    blocks, name = {}, None
    for line in open(path, errors="replace"):
        head = re.match(r"-- in: 0x([0-9a-f]+), \d+ bytes(, region)?", line)
        if head:
            name = ("region_" if head.group(2) else "guest_") + head.group(1)
            blocks[name] = []
        elif name:
            blocks[name].append(line.rstrip())
    return blocks


def disassemble(code):
    """(offset, text) of each host instruction."""
    with tempfile.NamedTemporaryFile() as f:
        f.write(code)
        f.flush()
        out = subprocess.run(["objdump", "-D", "-b", "binary", "-m",
                              "i386:x86-64", "-M", "intel",
                              "--no-show-raw-insn", f.name],
                             capture_output=True, text=True).stdout
    found = re.findall(r"^\s*([0-9a-f]+):\t(.*)$", out, re.M)
    return [(int(at, 16), " ".join(text.split())) for at, text in found]


def without_stubs(code):
    """Up to the first call that is followed by an ExitRecord of its place."""
    for at in range(len(code) - 12):
        if code[at] == 0xe8:
            _, place = struct.unpack_from("<II", code, at + 5)
            if place == at + 5:
                return code[:at]
    return code


def columns(lines):
    """Guest code, IR and (offset, host instruction) of a block's log."""
    guest, ir, code, at = [], [], "", "guest"
    for line in lines:
        if line.startswith("-- "):
            at = line.split()[1].rstrip(":")
        elif at == "guest":
            guest.append(" ".join(line[2:].lstrip("0").split()))
        elif at == "op_opt" and not line.startswith("global "):
            ir.append(line)
        elif at == "out" and re.fullmatch("[0-9a-f]+", line):
            code += line
    return guest, ir, disassemble(without_stubs(bytes.fromhex(code)))


def ratio(text):
    """Host instructions for each guest instruction."""
    host = [i for _, i in text[2] if "nop" not in i and i != "xchg ax,ax"]
    return len(host) / max(1, len(text[0]))


def show(name, text, share, width):
    print("\n%s: %.1f %% of the time" % (name, share))
    host = ["%3x %s" % line for line in text[2]]
    for row in itertools.zip_longest(text[0], text[1], host, fillvalue=""):
        print("  %s" % " ".join(c[:width].ljust(width) for c in row).rstrip())


def analyse(emulator, program, symbols, options):
    """Prints the line of a program, and its hottest blocks."""
    with tempfile.TemporaryDirectory() as folder:
        samples = sample(emulator, program, folder)
        log = os.path.join(folder, "log")
        subprocess.run([emulator, "-d", "in_asm,op_opt,out_asm", "-D", log] +
                       program, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        blocks = read_log(log)
    total = max(1, len(samples))
    parts = collections.Counter(part_of(s, d, symbols) for s, d in samples)
    hot = collections.Counter(s for s, _ in samples if BLOCK.match(s))
    top = [name for name, _ in hot.most_common(max(1, options.blocks))]
    texts = {name: columns(blocks.get(name, [])) for name in top}
    line = "%-10s" % os.path.basename(program[0])[:10]
    line += "".join(" %9.1f" % (100 * parts[p] / total) for p in PARTS)
    for name in top[:1]:
        line += " %6.2f  %s (%.0f %%)" % (ratio(texts[name]), name,
                                          100 * hot[name] / total)
    print(line, flush=True)
    for name in top[:options.blocks]:
        show(name, texts[name], 100 * hot[name] / total, options.width)


def known_programs():
    shared = run.load_shared(os.path.join(ROOT, "..", "shared", "bench"))
    return dict(p for group in run.programs(shared).values() for p in group)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs", nargs="*", metavar="PROGRAM")
    parser.add_argument("--blocks", type=int, default=0)
    parser.add_argument("--width", type=int, default=38)
    parser.add_argument("--emulator", default=os.path.join(
        ROOT, "build", "tcg-riscv64"))
    options = parser.parse_args()
    known = known_programs()
    symbols = emulator_symbols(os.path.dirname(options.emulator))
    print("%-10s" % "program" + "".join(" %9s" % p for p in PARTS) +
          "   host/guest of the hottest")
    for word in options.programs or known:
        program = [known[word](word)[1]] if word in known else word.split()
        analyse(options.emulator, program, symbols, options)


if __name__ == "__main__":
    main()
