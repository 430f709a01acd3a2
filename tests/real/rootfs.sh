#!/bin/bash
# rootfs.sh FOLDER [PACKAGE...]: a tree of riscv64 programs of Debian trixie,
# with all that they depend on; by default what `packages` lists. The host's
# apt fetches them, with lists and cache of its own in FOLDER.apt, so that
# the host's packages stay as they are. Packages are unpacked, not installed:
# none of their scripts runs.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(mkdir -p "$1" && cd "$1" && pwd) state=$(realpath -m "$1").apt
shift
[ $# -gt 0 ] || set -- $(grep -v '^#' "$here/packages")

# The mirror that the host's own sources name.
mirror() {
    apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' |
        grep -m 1 '/debian/$'
}
url=$(mirror) || { apt-get -qq update && url=$(mirror); } || {
    echo "rootfs.sh: apt knows no Debian mirror" >&2
    exit 1
}

mkdir -p "$state/lists/partial" "$state/cache/archives/partial"
keys=/usr/share/keyrings/debian-archive-keyring.gpg
echo "deb [signed-by=$keys] $url trixie main" > "$state/sources"
cat > "$state/apt.conf" << CONF
APT::Architecture "riscv64";
APT::Architectures { "riscv64"; };
APT::Sandbox::User "root";
APT::Install-Recommends "false";
Dir::State::status "/dev/null";
Dir::State::Lists "$state/lists";
Dir::Cache "$state/cache";
Dir::Etc::SourceList "$state/sources";
Dir::Etc::SourceParts "/dev/null";
Debug::NoLocking "true";
CONF
export APT_CONFIG=$state/apt.conf
apt-get -qq update
apt-get -qq -y --download-only install base-files libc6 "$@" > "$state/log"
for package in "$state"/cache/archives/*.deb; do
    dpkg-deb --extract "$package" "$root"
done
rm -rf "$state"

cd "$root"
mkdir -p root tmp run var/tmp proc dev sys
chmod 1777 tmp
cat > etc/passwd << 'PASSWD'
root:x:0:0:root:/root:/bin/bash
sshd:x:101:65534::/run/sshd:/usr/sbin/nologin
user:x:1000:1000::/tmp:/bin/bash
nobody:x:65534:65534::/nonexistent:/usr/sbin/nologin
PASSWD
printf 'root:x:0:\nuser:x:1000:\nnogroup:x:65534:\n' > etc/group
echo '127.0.0.1 localhost' > etc/hosts
printf '%s: files\n' passwd group hosts > etc/nsswitch.conf
[ -e usr/bin/awk ] || ln -s mawk usr/bin/awk
cp "$here/packages" .packages
