#!/bin/sh
# need.sh [-o] THING PACKAGES WHY: makes sure that THING, a command or a file,
# is there, by installing Debian's PACKAGES if it is not and if we may.
#
# All that is said is one line.  Where it cannot be had the status is 1; with
# -o, for what one can do without, 0.
optional=
if [ "$1" = -o ]; then
    optional=yes
    shift
fi
thing=$1 package=$2 why=$3 sudo=
[ "$(id -u)" = 0 ] || sudo=sudo

there() {
    case $thing in
    /*) [ -e "$thing" ] ;;
    *) command -v "$thing" > /dev/null ;;
    esac
}

# missing REASON: the end of the line.
missing() {
    echo "$1; get it by:  ${sudo:+$sudo }apt-get install $package" >&2
    [ -n "$optional" ]
    exit
}

# Without a network, apt-get is to give up soon.
apt() {
    ${sudo:+$sudo -n} timeout 600 apt-get -qq -o Acquire::Retries=0 \
        -o Acquire::http::Timeout=10 -o Acquire::https::Timeout=10 "$@"
}

install_it() {
    # shellcheck disable=SC2086 # PACKAGES are words
    apt install -y --no-install-recommends $package
}

# One at a time: make -j starts several.
exec 9> "${TMPDIR:-/tmp}/tcg-c-need.lock" && flock 9
there && exit 0
export DEBIAN_FRONTEND=noninteractive
printf '%s: %s: ' "$package" "$why" >&2
[ -z "$sudo" ] || sudo -n true 2> /dev/null || missing "not installed"
command -v apt-get > /dev/null || missing "not installed"
printf 'installing ... ' >&2
{ install_it || { apt update && install_it; }; } > /dev/null 2>&1 && there ||
    missing "failed"
echo "done" >&2
