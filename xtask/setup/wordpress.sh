#!/usr/bin/env bash
# What the tests with a real WordPress need: MariaDB, PHP, and WordPress itself, all of them Debian's. Safe to run again.
# Where they cannot be had it says so and leaves the tests out; with CI set that fails.
. "$(dirname "$0")/lib.sh"

# The programs without their services: nothing new listens on this machine afterwards.
PROGRAMS=(mariadb-server-core mariadb-client-core php-cli php-mysql php-curl php-mbstring php-xml curl)
# Unpacked, not installed: Debian's WordPress would bring a web server along, and start it.
FILES=(wordpress wordpress-theme-twentytwentyone php-getid3 libjs-underscore libjs-cropper)
FOLDER=${CARGO_TARGET_DIR:-target}/wordpress

leave_out() {
  [ -z "${CI:-}" ] || die "WordPress cannot be set up: $*"
  say "the tests with a real WordPress are left out: $*"
  exit 0
}

missing=$(end2end/wordpress/site.sh missing)
[ -n "$missing" ] || exit 0
has apt-get && has dpkg-deb || leave_out "this machine has no apt-get; see xtask/setup/wordpress.sh for what they need"
say "setting up WordPress for the tests"
# In a shell of its own: what fails there leaves the tests out, and does not end `make test`.
(apt_install "${PROGRAMS[@]}") || leave_out "apt-get failed"
DOWNLOADS=$(mktemp -d)
trap 'rm -rf "$DOWNLOADS"' EXIT
# apt fetches as a user of its own, who must be able to write there.
chmod 777 "$DOWNLOADS"
(cd "$DOWNLOADS" && apt-get download -qq "${FILES[@]}" </dev/null) || leave_out "apt-get download failed"
rm -rf "$FOLDER"
mkdir -p "$FOLDER"
for package in "$DOWNLOADS"/*.deb; do
  dpkg-deb --extract "$package" "$FOLDER"
done
missing=$(end2end/wordpress/site.sh missing)
[ -z "$missing" ] || leave_out "still missing: $(echo "$missing" | paste -sd, -)"
