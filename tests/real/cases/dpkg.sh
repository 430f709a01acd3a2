# A package built, installed and removed.
# needs: dpkg apt-get
mkdir -p /var/lib/dpkg/info /var/lib/dpkg/updates && touch /var/lib/dpkg/status
rm -rf /tmp/p && mkdir -p /tmp/p/DEBIAN /tmp/p/usr/share/tpkg
echo data > /tmp/p/usr/share/tpkg/file
cat > /tmp/p/DEBIAN/control << 'CONTROL'
Package: tpkg
Version: 1.0
Architecture: all
Maintainer: Nobody <nobody@localhost>
Description: test
CONTROL
printf '#!/bin/sh\necho "postinst $1"\n' > /tmp/p/DEBIAN/postinst
chmod 755 /tmp/p/DEBIAN/postinst
dpkg-deb --root-owner-group -b /tmp/p /tmp/p.deb
dpkg-deb -c /tmp/p.deb | awk '{ print $1, $6 }'
dpkg -i --force-depends /tmp/p.deb 2>&1 | grep -v '^(Reading'
dpkg -l tpkg | tail -n 1 | tr -s ' '
cat /usr/share/tpkg/file
dpkg -r tpkg > /dev/null 2>&1
dpkg -l tpkg 2>&1 | tail -n 1
apt-get --version | awk 'NR == 1 { print $1, $3 }'
