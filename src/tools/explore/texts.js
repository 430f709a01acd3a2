/* What a student is told: of each stage, each pass, each mark. */
const STAGES = [
  ["flow", "Flow", "Basic blocks of the function in the order of their " +
    "addresses, and where control goes from each: forward on the right, back " +
    "(a loop) on the left. A dashed line leaves the chosen block or region."],
  ["source", "Source", "The lines that the compiler says the code is from. " +
    "An optimising compiler mixes them: one line can have code in several " +
    "places, and none."],
  ["guest", "Guest code", "The program's own instructions, as the guest's " +
    "tools print them. The translator reads these bytes, finds the pattern " +
    "in the .decode files that matches, and calls its trans function."],
  ["ir", "IR and passes", "The frontend turns each instruction into ops of " +
    "the intermediate representation (IR). Passes then rewrite them, one " +
    "after the other. a0, sp, ... are globals: the guest's registers; t12 is " +
    "a temp; $0x5 a constant."],
  ["live", "Liveness", "Going backward, the translator finds for each value " +
    "where it is read last. Bars show values from where they are made to " +
    "where they are last read; a ring is a value that must reach the guest's " +
    "state in memory or its pinned register."],
  ["regs", "Registers", "The allocator goes forward, op by op, and gives " +
    "each value a host register when it needs one. Bars show who lives in " +
    "which register. Lines below an op are loads, stores and moves that it " +
    "cost, with the reason."],
  ["host", "Host code", "What runs in the end, by op. Out of line is what " +
    "seldom runs: exits that are not linked yet, slow paths, sides."],
];

const PASSES = {
  frontend: "As the frontend made it, one guest instruction after another. " +
    "Nothing has been optimised yet.",
  reach: "Removes what control cannot come to, and branches and labels that " +
    "are not needed. In a region, blocks that only one jump leads to join " +
    "their predecessor.",
  skip: "Loops that search memory (strlen, memchr) get a step in front of " +
    "the jump back that looks at many elements at once with vectors.",
  select: "A branch over very little becomes a conditional move, so that " +
    "there is nothing to mispredict.",
  rename: "What a guest register holds only for a time is kept in a temp. If " +
    "the code is left in between, by a fault or a branch, a side at the end " +
    "puts it where the guest expects it.",
  fold: "Each op becomes the simplest one with the same effect: copies are " +
    "followed, constants computed, known bits used, loads of what was just " +
    "stored forwarded.",
  defer: "Floating-point results are made canonical only where their bits " +
    "can be seen, not behind every op.",
  index: "Sums and shifts that only make an address become part of the load " +
    "or store: the host adds them for nothing.",
  sink: "A side computes what it needs by itself, so that no register need " +
    "hold it on the hot path.",
  liveness: "Goes backward to see which values are still wanted. Ops whose " +
    "results nobody wants vanish; the others are marked with where values die.",
  single: "Single-precision values that only arithmetic reads need no NaN " +
    "box: such loads are marked.",
};

const EXIT_WORDS = {
  next: "falls through", jump: "jumps", call: "calls", back: "comes back",
  indirect: "indirect jump", return: "returns", exit: "leaves to the run loop",
};

const INTRODUCTION = "Each column is a stage of the translator, from the " +
  "program on the left to what the host runs on the right. Select a line in " +
  "any of them: what belongs to it lights up in all others.";

const LEGEND = [
  ["sel", "the line you selected"],
  ["exact", "the same op, in another stage"],
  ["lit", "of the same guest instruction"],
  ["add", "made or changed by the pass"],
  ["del", "removed or changed by the pass"],
];

const KEYS = [
  ["↑ ↓", "the line before, the next"],
  ["← →", "the counterpart in the next stage"],
  ["[ ]", "the pass before, the next"],
  ["Home End", "first, last line"],
  ["Enter", "to the function that is called"],
  ["Esc", "select nothing"],
];

const LIFE_WORDS = [[1, "last use"], [2, "to the guest's state"],
                    [4, "only the side wants it"]];
