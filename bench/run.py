#!/usr/bin/env python3
"""Times programs natively and under emulators, side by side in one run.

usage: bench/run.py [options] [NAME=COMMAND...]
       bench/run.py qemu=qemu-riscv64 tcg=build/tcg-riscv64     (the default)

CPU time (user + system) of the whole process, medians of interleaved runs,
output compared with the native program's. Columns: seconds; after them the
time relative to native, and the speed relative to the first emulator.
Programs: bench/src, bench/dhrystone, and those of --shared where it exists.
"""
import argparse
import hashlib
import importlib.util
import json
import math
import os
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
BUILD = os.path.join(ROOT, "build", "bench")
OWN = {
    "loops": ["crc", "collatz", "list", "machine", "matrix", "strings"],
    "calls and indirect jumps": ["dhrystone", "queens", "virtual"],
    "floating point": ["mixfp", "nbody"],
}
FLAGS = ["-O2", "-fno-tree-vectorize", "-ffp-contract=off", "-static", "-w"]
COMPILERS = (("native", "gcc"), ("riscv64", "riscv64-linux-gnu-gcc"))


def sources(name):
    if name == "dhrystone":
        folder = os.path.join(HERE, "dhrystone")
        return [os.path.join(folder, f) for f in ("dhry_1.c", "dhry_2.c")]
    return [os.path.join(HERE, "src", name + ".c")]


def build_own(name):
    """Paths of the native program and of the guest's."""
    paths = []
    for kind, compiler in COMPILERS:
        path = os.path.join(BUILD, kind, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        newest = max(os.path.getmtime(s) for s in sources(name))
        if not os.path.exists(path) or os.path.getmtime(path) < newest:
            subprocess.run([compiler] + FLAGS + ["-o", path] + sources(name) +
                           ["-lm"], check=True)
        paths.append(path)
    return paths


def load_shared(folder):
    """The module of another runner with CLASSES and build(name), or None."""
    path = os.path.join(folder, "run.py")
    if not os.path.exists(path):
        return None
    os.environ.setdefault("BENCH_BUILD", os.path.join(BUILD, "shared"))
    spec = importlib.util.spec_from_file_location("shared_bench", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def programs(shared):
    """(class, name, build) of every program, class by class."""
    groups = {}
    for owner, build in ((shared and shared.CLASSES, shared and shared.build),
                         (OWN, build_own)):
        for group, names in (owner or {}).items():
            groups.setdefault(group, []).extend((n, build) for n in names)
    return groups


def once(command):
    """Runs a command: CPU seconds, and its output's hash or its status."""
    p = subprocess.Popen(command, stdin=subprocess.DEVNULL,
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    data = p.stdout.read()
    _, status, usage = os.wait4(p.pid, 0)
    p.returncode = os.waitstatus_to_exitcode(status)
    result = "status %d" % p.returncode
    if p.returncode == 0:
        result = hashlib.sha256(data).hexdigest()
    return usage.ru_utime + usage.ru_stime, result


def measure(native, guest, emulators, runs):
    """Medians by name ("native" too), and what went wrong by emulator."""
    commands = [("native", [native])]
    commands += [(n, c + [guest]) for n, c in emulators]
    times = {n: [] for n, _ in commands}
    bad = {}
    for _ in range(runs):
        for name, command in commands:
            seconds, out = once(command)
            times[name].append(seconds)
            if name == "native":
                want = out
            elif out != want:
                wrong = out if out.startswith("status") else "wrong output"
                bad[name] = wrong
    medians = {n: max(statistics.median(t), 1e-4) for n, t in times.items()}
    return {"median": medians, "runs": times, "bad": bad}


def geomean(values):
    if not values:
        return float("nan")
    return math.exp(sum(map(math.log, values)) / len(values))


def summary(rows, emulators):
    """By emulator: geometric means of time / native and of speed / first."""
    first = emulators[0][0]
    result = {}
    for name, _ in emulators:
        good = [r["median"] for r in rows if not {name, first} & set(r["bad"])]
        result[name] = (geomean([m[name] / m["native"] for m in good]),
                        geomean([m[first] / m[name] for m in good]))
    return result


def text_row(name, row, emulators):
    first = emulators[0][0]
    medians = row["median"]
    line = "%-10s %8.3f" % (name, medians["native"])
    for emulator, _ in emulators:
        if emulator in row["bad"]:
            line += " %9s %7s %7s" % ("-", row["bad"][emulator][:7], "-")
        else:
            line += " %9.3f %7.2f %7.2f" % (
                medians[emulator], medians[emulator] / medians["native"],
                medians[first] / medians[emulator])
    return line


def text_summary(title, means, emulators):
    line = "%-19s" % ("= " + title)[:19]
    for emulator, _ in emulators:
        line += " %9s %7.2f %7.2f" % (("",) + means[emulator])
    return line


def svg(results, groups, emulators, path):
    """A bar chart: time relative to native, a bar for each emulator."""
    colours = ["#c44e52", "#4c72b0", "#55a868", "#8172b2", "#ccb974"]
    names = [n for rows in groups.values() for n, _ in rows if n in results]
    ratios = {n: {e: results[n]["median"][e] / results[n]["median"]["native"]
                  for e, _ in emulators if e not in results[n]["bad"]}
              for n in names}
    top = max([v for r in ratios.values() for v in r.values()] + [1])
    bar, gap, left, width = 14, 10, 110, 640
    height = 60 + len(names) * (bar * len(emulators) + gap)
    out = ['<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" '
           'font-family="sans-serif" font-size="12">' % (left + width + 90,
                                                         height),
           '<rect width="100%" height="100%" fill="white"/>',
           '<text x="10" y="20">CPU time relative to native '
           '(shorter is better)</text>']
    for i, (emulator, _) in enumerate(emulators):
        x = left + 250 + i * 120
        out.append('<rect x="%d" y="10" width="12" height="12" fill="%s"/>'
                   '<text x="%d" y="20">%s</text>' % (x, colours[i % 5],
                                                      x + 18, emulator))
    y = 40
    for name in names:
        middle = y + bar * len(emulators) / 2 + 4
        out.append('<text x="%d" y="%.0f" text-anchor="end">%s</text>' % (
            left - 8, middle, name))
        for i, (emulator, _) in enumerate(emulators):
            value = ratios[name].get(emulator)
            if value is not None:
                length = max(1, value / top * width)
                out.append('<rect x="%d" y="%d" width="%.1f" height="%d" '
                           'fill="%s"/><text x="%.1f" y="%d">%.2f</text>' % (
                               left, y, length, bar - 2, colours[i % 5],
                               left + length + 4, y + bar - 3, value))
            y += bar
        y += gap
    x = left + width / top
    out.append('<line x1="%.1f" x2="%.1f" y1="32" y2="%d" stroke="black" '
               'stroke-dasharray="3"/></svg>' % (x, x, y))
    with open(path, "w") as f:
        f.write("\n".join(out) + "\n")


def run(groups, emulators, options):
    """Prints the table as it grows; returns every program's figures."""
    results, everything = {}, []
    head = "%-10s %8s" % ("program", "native")
    print(head + "".join(" %9s %7s %7s" % (n, "/native", "speed")
                         for n, _ in emulators))
    for group, members in groups.items():
        rows = []
        for name, build in members:
            if options.only and name not in options.only.split(","):
                continue
            row = measure(*build(name), emulators, options.runs)
            row["class"] = group
            results[name] = row
            rows.append(row)
            print(text_row(name, row, emulators), flush=True)
        if rows:
            print(text_summary(group, summary(rows, emulators), emulators))
            everything += rows
    if everything:
        print(text_summary("all", summary(everything, emulators), emulators))
    return results


def add_emulators(parser):
    parser.add_argument("emulators", nargs="*", metavar="NAME=COMMAND")


def chosen_emulators(options):
    """(name, words of the command) of each; QEMU and ours by default."""
    given = options.emulators or [
        "qemu=" + os.environ.get("QEMU", "qemu-riscv64"),
        "tcg=" + os.path.join(ROOT, "build", "tcg-riscv64")]
    pairs = [e.split("=", 1) for e in given]
    return [(name, command.split()) for name, command in pairs]


def main():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    add_emulators(parser)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", help="comma-separated program names")
    parser.add_argument("--json", help="write the figures to this file")
    parser.add_argument("--svg", help="draw a bar chart into this file")
    parser.add_argument("--shared", default=os.path.join(
        ROOT, "..", "shared", "bench"), help="another runner's folder")
    options = parser.parse_args()
    emulators = chosen_emulators(options)
    groups = programs(load_shared(options.shared))
    results = run(groups, emulators, options)
    if options.json:
        with open(options.json, "w") as f:
            json.dump(results, f, indent=1)
    if options.svg:
        svg(results, groups, emulators, options.svg)
    return 1 if any(r["bad"] for r in results.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
