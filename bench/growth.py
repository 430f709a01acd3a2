#!/usr/bin/env python3
"""How speed changes as a program's hot code grows.

usage: bench/growth.py [--runs N] [--sizes 10,100,...] [NAME=COMMAND...]

growth.c runs so many KB of guest instructions, all of them in each round.
Nanoseconds of CPU time for a guest instruction, the smallest of interleaved
runs: in later rounds, and in the first one, which is mostly translation. The
native column has the same work as x86-64 code.
"""
import argparse
import os
import subprocess

import run

BUILD = os.path.join(run.BUILD, "growth")
RUN_INSNS = 20e6        # of the later rounds together
MIN_ROUNDS = 2
COMPILERS = {"native": "gcc", "riscv64": "riscv64-linux-gnu-gcc"}


def build(kind):
    os.makedirs(BUILD, exist_ok=True)
    path = os.path.join(BUILD, kind)
    parts = [os.path.join(run.HERE, "growth." + e) for e in ("c", "S")]
    if not os.path.exists(path) or os.path.getmtime(path) < max(
            os.path.getmtime(p) for p in parts):
        subprocess.run([COMPILERS[kind], "-O2", "-static", "-o", path] +
                       parts, check=True)
    return path


def rounds(kbytes):
    return max(MIN_ROUNDS, int(RUN_INSNS / (kbytes * 1024 / 4)))


def once(command, kbytes):
    """Nanoseconds for an instruction: first round, later rounds."""
    out = subprocess.run(command + [str(kbytes), str(rounds(kbytes))],
                         check=True, capture_output=True, text=True).stdout
    return [float(word) for word in out.split()]


def measure(commands, kbytes, runs):
    """By name: the smallest figures of all runs."""
    figures = {name: [] for name, _ in commands}
    for _ in range(runs):
        for name, command in commands:
            figures[name].append(once(command, kbytes))
    return {name: [min(column) for column in zip(*rows)]
            for name, rows in figures.items()}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    run.add_emulators(parser)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--sizes", default="10,100,1000,10000,50000",
                        help="KB of guest code")
    options = parser.parse_args()
    emulators = run.chosen_emulators(options)
    names = ["native"] + [name for name, _ in emulators]
    print("%8s" % "KB" + "".join(" %9s" % n for n in names) +
          "".join(" %9s" % (n + " 1st") for n in names))
    commands = [("native", [build("native")])]
    commands += [(n, c + [build("riscv64")]) for n, c in emulators]
    for kbytes in map(int, options.sizes.split(",")):
        best = measure(commands, kbytes, options.runs)
        print("%8d" % kbytes +
              "".join(" %9.3f" % best[n][1] for n in names) +
              "".join(" %9.1f" % best[n][0] for n in names), flush=True)


if __name__ == "__main__":
    main()
