"""A headless Chromium, driven through chromedriver's HTTP protocol."""
import base64
import json
import shutil
import subprocess
import tempfile
import time
import urllib.request

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
KEYS = {"Tab": "\ue004", "Enter": "\ue007", "Escape": "\ue00c",
        "Space": " ", "End": "\ue010", "Home": "\ue011",
        "ArrowLeft": "\ue012", "ArrowUp": "\ue013", "ArrowRight": "\ue014",
        "ArrowDown": "\ue015"}


def missing():
    """Which of the two programs is not there, or None."""
    return next((p for p in ("chromium", "chromedriver")
                 if not shutil.which(p)), None)


class Browser:
    def __init__(self, width, height, *flags):
        self.profile = tempfile.mkdtemp(prefix="tcg-explore-")
        self.driver = subprocess.Popen(
            ["chromedriver", "--port=0"], stdout=subprocess.PIPE, text=True)
        self.url = "http://127.0.0.1:%s" % self._port()
        options = {"args": ["--headless=new", "--no-sandbox", "--disable-gpu",
                            "--hide-scrollbars",
                            "--user-data-dir=" + self.profile,
                            "--window-size=%d,%d" % (width, height), *flags]}
        answer = self._ask("POST", "/session", {"capabilities": {
            "alwaysMatch": {"goog:chromeOptions": options}}})
        self.url += "/session/" + answer["sessionId"]
        self._ask("POST", "/goog/cdp/execute", {
            "cmd": "Emulation.setDeviceMetricsOverride",
            "params": {"width": width, "height": height,
                       "deviceScaleFactor": 1, "mobile": width < 700}})

    def _port(self):
        for line in self.driver.stdout:
            if "started successfully on port" in line:
                return line.split("port ")[1].strip(" .\n")
        raise RuntimeError("chromedriver does not start")

    def _ask(self, method, path, body=None):
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self.url + path, data, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)["value"]

    def close(self):
        try:
            self._ask("DELETE", "")
        finally:
            self.driver.terminate()
            self.driver.wait()
            shutil.rmtree(self.profile, ignore_errors=True)

    def go(self, url):
        self._ask("POST", "/url", {"url": url})
        while url != "about:blank" and not self.js(
                "document.body.dataset.ready"):
            time.sleep(0.02)

    def js(self, script, *args):
        return self._ask("POST", "/execute/sync",
                         {"script": "return " + script, "args": args})

    def cdp(self, command, **params):
        return self._ask("POST", "/goog/cdp/execute",
                         {"cmd": command, "params": params})

    def click(self, css):
        """A real click, in the middle of the first such element."""
        found = self._ask("POST", "/element",
                          {"using": "css selector", "value": css})
        self._ask("POST", "/element/%s/click" % found[ELEMENT], {})

    def hover(self, css):
        found = self._ask("POST", "/element",
                          {"using": "css selector", "value": css})
        self._ask("POST", "/actions", {"actions": [{
            "type": "pointer", "id": "mouse", "actions": [
                {"type": "pointerMove", "duration": 0, "x": 0, "y": 0,
                 "origin": found}]}]})
        time.sleep(0.05)

    def tap(self, css):
        x, y = self.js("(() => { const r = document.querySelector(arguments[0])"
                       ".getBoundingClientRect(); return [r.x + r.width / 2, "
                       "r.y + r.height / 2]; }).apply(null, arguments)", css)
        self._ask("POST", "/actions", {"actions": [{
            "type": "pointer", "id": "finger",
            "parameters": {"pointerType": "touch"}, "actions": [
                {"type": "pointerMove", "duration": 0, "x": round(x),
                 "y": round(y)},
                {"type": "pointerDown", "button": 0},
                {"type": "pointerUp", "button": 0}]}]})

    def keys(self, *names):
        """Real key presses, to what has the focus."""
        presses = [{"type": kind, "value": KEYS.get(n, n)}
                   for n in names for kind in ("keyDown", "keyUp")]
        self._ask("POST", "/actions", {"actions": [
            {"type": "key", "id": "keyboard", "actions": presses}]})

    def picture(self, path):
        with open(path, "wb") as f:
            f.write(base64.b64decode(self._ask("GET", "/screenshot")))
