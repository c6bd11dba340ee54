#!/usr/bin/env bash
# Sets PostgreSQL up for the tests: installs it if it is missing, and starts a cluster of its own in a temporary folder, which
# listens on 127.0.0.1:54329 only and trusts whoever asks there. Nothing in it has to last, so nothing is synced to disk.
set -euo pipefail
cd "$(dirname "$0")/../.."
port=${GAVEL_TEST_POSTGRES_PORT:-54329}
programs() { ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1; }
if [ -z "$(programs)" ]; then
  echo "setup: apt-get install postgresql"
  as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends postgresql >/dev/null
fi
bin=$(programs)
if "$bin/pg_isready" -q -h 127.0.0.1 -p "$port"; then exit 0; fi
# PostgreSQL does not run as root.
home=/tmp/gavel-postgres-$port
as_postgres() { if [ "$(id -u)" = 0 ]; then setpriv --reuid=postgres --regid=postgres --clear-groups "$@"; else "$@"; fi; }
if [ ! -f "$home/PG_VERSION" ]; then
  rm -rf "$home"
  mkdir -p "$home"
  if [ "$(id -u)" = 0 ]; then chown postgres:postgres "$home"; fi
  chmod 700 "$home"
  as_postgres "$bin/initdb" --no-sync --auth=trust --username=gavel --encoding=UTF8 --locale=C.UTF-8 -D "$home" >/dev/null
fi
as_postgres "$bin/pg_ctl" start --silent --wait -D "$home" -l "$home/log" \
  -o "-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories=$home -c fsync=off -c full_page_writes=off -c max_connections=300"
