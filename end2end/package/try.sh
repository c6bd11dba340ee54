#!/usr/bin/env bash
# try.sh ROOT.tar GAVEL.deb [EARLIER.deb]: tries the Debian package in a Debian of its own, with its own systemd (systemd-nspawn, so as
# root). Without an earlier package one is made of the same program. `make try-package` calls it.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tar=$1 new=$2 earlier=${3:-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
mkdir "$root"
tar --extract --file "$tar" --directory "$root"

# An earlier build's package: its version sorts before, and its settings are others, so that the upgrade has something to keep.
if [ -z "$earlier" ]; then
  earlier=$work/earlier.deb
  dpkg-deb --raw-extract "$new" "$work/earlier"
  sed -i 's/^Version: .*/&~earlier/' "$work/earlier/DEBIAN/control"
  sed -i '1s/.*/# Settings of an earlier Gavel./' "$work/earlier/etc/gavel/gavel.toml"
  dpkg-deb --root-owner-group -Znone --build "$work/earlier" "$earlier" >/dev/null
  rm -rf "$work/earlier"
fi
cp "$new" "$root/root/gavel.deb"
cp "$earlier" "$root/root/earlier.deb"
install -m 755 "$here/inside.sh" "$root/root/inside.sh"
cat > "$root/etc/systemd/system/try.service" <<'UNIT'
[Unit]
After=multi-user.target
[Service]
Type=oneshot
ExecStart=/bin/sh -c '/root/inside.sh > /root/said 2>&1; systemctl poweroff'
[Install]
WantedBy=default.target
UNIT
mkdir -p "$root/etc/systemd/system/default.target.wants"
ln -s ../try.service "$root/etc/systemd/system/default.target.wants/try.service"
# No network but its own loopback; apt's own timers have nothing to do here.
timeout 300 systemd-nspawn --quiet --directory "$root" --boot --register=no --keep-unit --private-network --console=pipe \
  --machine="gavel-package-$$" > "$work/console" 2>&1 < /dev/null || true
cat "$root/root/said" 2>/dev/null || { tail -20 "$work/console"; echo "the system did not start"; exit 1; }
[ "$(tail -1 "$root/root/said")" = "all is well" ]
