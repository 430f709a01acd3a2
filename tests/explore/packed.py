"""packed.py PAGE DATA: a page's data, unpacked, is DATA; and a small page."""
import base64
import re
import sys
import zlib

LIMIT = 2000000  # bytes of a page


def unpack(page):
    """The JSON in a page's text, as the page itself unpacks it."""
    packed = re.search(r'<script type="text/plain" id="data">([^<]*)', page)
    return zlib.decompress(base64.b64decode(packed[1]), -15).decode()


if __name__ == "__main__":
    with open(sys.argv[1]) as page, open(sys.argv[2]) as data:
        text = page.read()
        ok = unpack(text) == data.read() and len(text) < LIMIT
    print("PASS" if ok else "FAIL", "packed: %s, %d bytes" %
          (sys.argv[1].split("/")[-1], len(text)))
