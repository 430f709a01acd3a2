# compare.awk -v old=0|1 -v name=NAME EXPLAINED WANT GOT: counts lines that are
# the same, that differ for a reason, and that just differ (printed).
#   WANT  objdump's: address, code, mnemonic, operands, separated by tabs
#   GOT   ours: mnemonic, operands
#   old   objdump is older than 2.41: "add" for "addi", and so on
BEGIN { FS = "\t" }

FILENAME == ARGV[1] {
    if ($0 ~ /\|/) {
        split($0, part, / *\| */)
        want[++n] = pattern(part[1])
        got[n] = pattern(part[2])
        why[n] = part[3]
    }
    next
}

FILENAME == ARGV[2] {
    address[FNR] = $1 ":\t" $2
    text[FNR] = objdump($3, $4)
    next
}

{
    total++
    mine = $2 == "" ? $1 : $1 "\t" $2
    if (old) {
        mine = older(mine)
    }
    if (mine == text[FNR]) {
        same++
    } else if ((reason = explain(text[FNR], mine))) {
        explained++
        count[reason]++
    } else if (++different <= 20) {
        print "    " address[FNR] "\t" text[FNR] "  not  " mine
    }
}

END {
    print name ": " total " compared, " same + 0 " the same, " \
          explained + 0 " explained, " different + 0 " different"
    for (reason in count) {
        print "    " count[reason] " " reason
    }
    exit different != 0 || total == 0
}

function pattern(s)
{
    gsub(/\./, "\\.", s)
    gsub(/\*/, ".*", s)
    return "^" s "$"
}

# Without names of addresses and comments; 0x in front of a target left out.
function objdump(mnemonic, operands)
{
    if (mnemonic ~ /^\.[24]byte$/) {
        return ".insn"
    }
    sub(/ *[#<].*/, "", operands)
    if (mnemonic ~ /^(j|jal|b.*)$/) {
        sub(/0x/, "", operands)
    }
    return operands == "" ? mnemonic : mnemonic "\t" operands
}

# Immediate forms have the mnemonics of the others, what is unknown is bytes.
function older(s)
{
    if (s ~ /^\.insn/) {
        return ".insn"
    }
    if (s ~ /^(add|and|or|xor|sll|srl|sra|addiw|csr)/) {
        s = gensub_i(s)
    }
    return s
}

function gensub_i(s,    at, mnemonic)
{
    at = index(s, "\t")
    mnemonic = substr(s, 1, at - 1)
    if (mnemonic ~ /^(add|and|or|xor|sll|srl|sra)iw?$/ ||
        mnemonic ~ /^csr.*i$/) {
        sub(/i/, "", mnemonic)
    }
    return mnemonic substr(s, at)
}

function explain(theirs, mine,    i)
{
    sub(/\t.*/, "", theirs)
    sub(/\t.*/, "", mine)
    for (i = 1; i <= n; i++) {
        if (theirs ~ want[i] && mine ~ got[i]) {
            return why[i]
        }
    }
    return ""
}
