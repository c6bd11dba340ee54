#!/usr/bin/env bash
# PostgreSQL for the tests: Debian's programs, and a cluster of its own in a temporary folder, which listens on 127.0.0.1:54329 only
# and trusts whoever asks there. Nothing in it has to last, so nothing is synced to disk. Safe to run again.
. "$(dirname "$0")/lib.sh"

PORT=${GAVEL_TEST_POSTGRES_PORT:-54329}
CLUSTER=${TMPDIR:-/tmp}/gavel-postgres-$PORT
SETTINGS=(listen_addresses=127.0.0.1 port="$PORT" unix_socket_directories="$CLUSTER" fsync=off full_page_writes=off max_connections=300)

programs() {
  find /usr/lib/postgresql -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -n 1
}

# It does not run as root.
as_postgres() {
  if [ "$(id -u)" = 0 ]; then setpriv --reuid=postgres --regid=postgres --clear-groups "$@"; else "$@"; fi
}

if [ -z "$(programs)" ]; then
  has apt-get || die "this machine has no apt-get; install PostgreSQL 15 or newer for the tests"
  apt_install postgresql
fi
bin=$(programs)
"$bin/pg_isready" -q -h 127.0.0.1 -p "$PORT" && exit 0
say "starting PostgreSQL on 127.0.0.1:$PORT for the tests"
# Always a new one: what is left of a run before may be half written.
rm -rf "$CLUSTER"
mkdir -p "$CLUSTER"
[ "$(id -u)" != 0 ] || chown postgres:postgres "$CLUSTER"
chmod 700 "$CLUSTER"
as_postgres "$bin/initdb" --no-sync --auth=trust --username=gavel --encoding=UTF8 --locale=C.UTF-8 -D "$CLUSTER" >/dev/null
as_postgres "$bin/pg_ctl" start --silent --wait -D "$CLUSTER" -l "$CLUSTER/log" -o "$(printf -- '-c %s ' "${SETTINGS[@]}")"
