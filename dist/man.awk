# man.awk -v template=FILE -v version=V: a manual page from a template and, in
# place of its line @OPTIONS@, what the program's -help says of its options,
# which is read.  A line of that is "  -name ARG  text", with the variable of
# that option perhaps between; what is indented further goes on with it.
function roff(s) {
    gsub(/\\/, "\\e", s)
    gsub(/-/, "\\-", s)
    sub(/^[.']/, "\\\\\\&&", s)
    return s
}

# The option, then its text, which two spaces part.
/^ +-/ {
    line = $0
    sub(/^ +/, "", line)
    at = match(line, /  +/)
    text = variable = ""
    name = line
    if (at) {
        name = substr(line, 1, at - 1)
        text = substr(line, at + RLENGTH)
    }
    if (match(name, / TCG_[A-Z_0-9]+$/)) {
        variable = substr(name, RSTART + 1)
        name = substr(name, 1, RSTART - 1)
    } else if (match(text, /^TCG_[A-Z_0-9]+ +/)) {
        variable = substr(text, 1, RLENGTH)
        text = substr(text, RLENGTH + 1)
    }
    sub(/ +$/, "", variable)
    out = out ".TP\n.B " roff(name) "\n" roff(text) "\n"
    if (variable)
        out = out "(variable\n.BR " variable ")\n"
    in_option = 1
    next
}
/^ +[^ ]/ && in_option {
    sub(/^ +/, "")
    out = out roff($0) "\n"
    next
}
/^[A-Z][^.]*:$/ {
    out = out ".SS " roff(substr($0, 1, length($0) - 1)) "\n"
}
{ in_option = 0 }

END {
    while ((getline line < template) > 0) {
        gsub(/@VERSION@/, version, line)
        if (line == "@OPTIONS@")
            printf "%s", out
        else
            print line
    }
}
