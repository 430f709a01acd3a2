// In the flame graph of tests/profile/work: what a user does, and whether the
// picture follows; the findings go to the attribute data-test.
const found = [];
const say = (ok, text) => found.push(ok ? text : "NOT " + text);
const box = name => nodes.find(n => n.name === name);
const shown = n => !n.classList.contains("off");
const key = (n, k) => n.dispatchEvent(
  new KeyboardEvent("keydown", {key: k, bubbles: true, cancelable: true}));

box("second").dispatchEvent(new MouseEvent("click", {bubbles: true}));
say(Math.abs(box("second").rect.getAttribute("width") - width) < 1,
    "fills the width");
say(!shown(box("first")) && !shown(box("thread_main")), "others gone");
say(box("main").classList.contains("dim") && shown(box("main")),
    "callers dimmed");
search("^deep$");
say(true, nodes.filter(n => n.classList.contains("hit")).length + " found");
box("second").focus();
key(box("second"), "ArrowUp");
say(document.activeElement.name === "heavy", "to the callee");
key(document.activeElement, "Escape");
say(nodes.every(shown) && !document.querySelector(".hit"), "all again");
svg.setAttribute("data-test", found.join(", "));
