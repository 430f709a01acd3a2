# Reads generated decoders; writes, for each prototype of a trans function,
# a function that prints its name and its arguments.

# As written by hand: all of one type, on one line.
/^typedef struct \{ int .*\} arg_/ {
    name = $NF
    sub(/;/, "", name)
    sub(/^typedef struct \{ int /, "")
    sub(/;.*/, "")
    gsub(/,/, "")
    args[name] = $0
    next
}

/^typedef struct \{$/ { members = ""; in_set = 1; next }

in_set && /^}/ {
    in_set = 0
    sub(/;/, "", $2)
    if (!($2 in args)) {
        args[$2] = members
    }
    next
}

in_set { sub(/;/, "", $2); members = members " " $2; next }

/^typedef arg_/ { sub(/;/, "", $3); args[$3] = args[$2]; next }

/bool [a-z]+_[a-zA-Z0-9_]+\(DisasContext \*ctx, arg_/ {
    sub(/;/, "")
    if (!($0 in seen)) {
        seen[$0] = 1
        write_trans($0)
    }
}

function write_trans(prototype,   name, set, list, n, i) {
    match(prototype, /_[a-zA-Z0-9_]+\(/)
    name = substr(prototype, RSTART + 1, RLENGTH - 2)
    match(prototype, /arg_[a-zA-Z0-9_]+/)
    set = substr(prototype, RSTART, RLENGTH)
    printf "%s\n{\n    (void)ctx;\n    (void)a;\n", prototype
    printf "    fputs(\" %s\", stdout);\n", name
    n = split(args[set], list, " ")
    for (i = 1; i <= n; i++) {
        printf "    printf(\" %s=%%lld\", (long long)a->%s);\n",
               list[i], list[i]
    }
    printf "    return end_trans(\"%s\");\n}\n\n", name
}
