#!/bin/sh
# need.sh THING PACKAGES WHY: makes sure that THING, a command or a file, is
# there, by installing Debian's PACKAGES if it is not and if we may.
thing=$1 package=$2 why=$3
# One at a time: make -j starts several.
exec 9> "${TMPDIR:-/tmp}/tcg-c-need.lock" && flock 9
case $thing in
/*) [ -e "$thing" ] && exit 0 ;;
*) command -v "$thing" > /dev/null && exit 0 ;;
esac
sudo=
if [ "$(id -u)" != 0 ]; then
    sudo="sudo -n"
    if ! sudo -n true 2> /dev/null; then
        echo "$package is not installed, and $why:" \
             "run  sudo apt-get install $package" >&2
        exit 1
    fi
fi
echo "installing $package: $why" >&2
export DEBIAN_FRONTEND=noninteractive
install="$sudo apt-get install -y -qq --no-install-recommends $package"
if ! $install > /dev/null 2>&1; then
    $sudo apt-get update -qq > /dev/null && $install > /dev/null || {
        echo "need.sh: apt-get could not install $package" >&2
        exit 1
    }
fi
