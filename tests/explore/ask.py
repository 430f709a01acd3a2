"""ask.py URL: what the explorer answers over HTTP."""
import sys
import urllib.error
import urllib.request

from packed import unpack


def get(path):
    try:
        with urllib.request.urlopen(sys.argv[1].rstrip("/") + path) as answer:
            page = answer.read().decode()
            return answer.status, page + unpack(page)
    except urllib.error.HTTPError as e:
        return e.code, e.read().decode()


def case(what, ok):
    print("PASS" if ok else "FAIL", "serve:", what)


status, text = get("/")
case("the default function", status == 200 and '"name":"main"' in text)
status, text = get("/?f=hash")
case("a function by name", status == 200 and '"name":"hash"' in text)
case("all functions to choose from", '["_IO_printf",' in text)
status, text = get("/?f=nosuch")
case("no such function", (status, text) == (404, "no function 'nosuch'"))
case("no such page", get("/etc/passwd")[0] == 404)
case("names are unescaped", get("/?f=%68ash")[0] == 200)
