# jitdump.awk LOG BYTES: is it a jitdump file of the blocks in LOG?
# LOG: what -d out_asm wrote, or empty; BYTES: od -An -v -tu1 -w1 of the file.
# Prints what is wrong, or how many blocks there are.

FILENAME == ARGV[1] && $1 == "--" && $2 == "out:" { at = substr($7, 3); next }
FILENAME == ARGV[1] && $1 == "--" { at = ""; next }
FILENAME == ARGV[1] { if (at != "") code[at] = code[at] $1; next }
{ byte[size++] = $1 + 0 }

# n bytes from offset, as a number and as hexadecimal digits.
function number(offset, n,    v) {
    while (n-- > 0) v = v * 256 + byte[offset + n]
    return v
}
function digits(offset, n, step,    s) {
    if (step < 0) offset += n - 1
    for (; n-- > 0; offset += step) s = s sprintf("%02x", byte[offset])
    return s
}
function address(offset,    s) {
    s = digits(offset, 8, -1)
    sub(/^0+/, "", s)
    return s
}
function expect(what, got, wanted) {
    if (got != wanted) {
        print what ": " got ", expected " wanted
        exit failed = 1
    }
}

function compare(block, at, bytes) {
    expect("code at " block, digits(at, bytes, 1), code[block])
    compared++
}
function code_load(at, bytes,    n, name) {
    for (n = 56; byte[at + n]; n++) name = name sprintf("%c", byte[at + n])
    expect("code bytes", 56 + length(name) + 1 + number(at + 40, 8), bytes)
    expect("index", number(at + 48, 8), blocks)
    expect("name", name ~ /(^|\[)(guest|region)_[0-9a-f]+]?$/, 1)
    expect("debug info before", info, address(at + 32))
    if (address(at + 32) in code) compare(address(at + 32), at + n + 1,
                                          number(at + 40, 8))
    blocks++
}

# Blocks without rows have none; LOG's address stands for it then.
function debug_info(at, bytes) {
    expect("bytes of lines", 32 + 33 * number(at + 24, 8), bytes)
    info = address(at + 16)
}

END {
    if (failed) exit 1
    expect("magic", digits(0, 4, -1), "4a695444")
    expect("version", number(4, 4), 1)
    expect("machine", number(12, 4), 62)
    for (at = number(8, 4); at < size; at += bytes) {
        bytes = number(at + 4, 4)
        expect("time goes on", number(at + 8, 8) >= time, 1)
        time = number(at + 8, 8)
        id = number(at, 4)
        if (id == 2) {
            debug_info(at, bytes)
        } else {
            expect("record", id, 0)
            if (info == "") info = address(at + 32)
            code_load(at, bytes)
            info = ""
        }
    }
    expect("end of the last record", at, size)
    for (a in code) n++
    expect("blocks of the log", compared + 0, n + 0)
    print blocks " blocks are right"
}
