#!/usr/bin/env bash
# What `try.sh` runs inside a Debian of its own, started by systemd: the package is installed, served from, upgraded, removed, installed
# again and purged. Ends with "all is well", or with the line that is not.
set -euo pipefail
trap 'echo "not as it should be: line $LINENO: $BASH_COMMAND" >&2' ERR
export DEBIAN_FRONTEND=noninteractive

say() { echo "package: $*"; }
# grep -q would close the pipe early, which pipefail takes for a failure.
has() { grep -- "$1" >/dev/null; }
gavel_does() { runuser -u gavel -- gavel "$@" --config /etc/gavel/gavel.toml; }
of() { systemctl show gavel --property="$1" --value; }
mode() { stat --format='%U:%G %a' "$1"; }
is() { [ "$1" = "$2" ] || { echo "expected \"$2\", found \"$1\"" >&2; return 1; }; }
is_up() {
  local tries
  for tries in $(seq 300); do
    if curl --silent --fail http://127.0.0.1:3000/readyz >/dev/null; then return 0; fi
    sleep 0.1
  done
  journalctl --no-pager --unit gavel | tail -20 >&2
  return 1
}
logs_in() {
  curl --silent --output /dev/null --write-out '%{http_code}' http://127.0.0.1:3000/login \
    --data-urlencode email=ana@example.com --data-urlencode 'password=correct horse battery'
}

say "an earlier build is installed, and runs"
dpkg --install /root/earlier.deb >/dev/null
is_up
is "$(systemctl is-enabled gavel)" enabled
is "$(mode /etc/gavel)" "root:gavel 750"
is "$(mode /etc/gavel/gavel.toml)" "root:gavel 640"
is "$(mode /var/lib/gavel)" "gavel:gavel 700"
is "$(mode /var/lib/gavel/gavel.db)" "gavel:gavel 600"
is "$(mode /var/backups/gavel)" "gavel:gavel 700"
dpkg-query --showformat='${Conffiles}' --show gavel | has /etc/gavel/gavel.toml
journalctl --no-pager --unit gavel | has '/setup?token='
zcat /usr/share/man/man1/gavel-serve.1.gz | has 'backup'
has 'complete -F _gavel' < /usr/share/bash-completion/completions/gavel
has '#compdef gavel' < /usr/share/zsh/vendor-completions/_gavel
has 'complete -c gavel' < /usr/share/fish/vendor_completions.d/gavel.fish

say "it is in its sandbox"
pid=$(of MainPID)
is "$(ps -o user= -p "$pid" 2>/dev/null || stat --format=%U "/proc/$pid")" gavel
status=$(cat "/proc/$pid/status")
has 'CapEff:.0000000000000000' <<< "$status"
has 'CapBnd:.0000000000000000' <<< "$status"
has 'NoNewPrivs:.1' <<< "$status"
has 'Seccomp:.2' <<< "$status"
# Even root may write nothing but the two folders in the world that it sees.
for path in /etc/gavel/x /usr/x /root/x /opt/x; do
  if nsenter --target "$pid" --mount touch "$path" 2>/dev/null; then echo "$path can be written" >&2; exit 1; fi
done
nsenter --target "$pid" --mount touch /var/lib/gavel/x /var/backups/gavel/x
rm /var/lib/gavel/x /var/backups/gavel/x
systemd-analyze security --no-pager --threshold=20 gavel.service | tail -1

say "it does its work"
printf 'correct horse battery\n' | gavel_does user add --email ana@example.com --name Ana --role admin --password-stdin >/dev/null
is "$(logs_in)" 303
is "$(curl --silent http://127.0.0.1:3000/metrics | sed -n 's/^gavel_upstream_up //p')" 1
gavel_does doctor | has '^ok *database'
ls /var/backups/gavel | has '\.db$'

say "an upgrade keeps settings and database, and starts the new program"
echo 'log_format = "json" # mine' >> /etc/gavel/gavel.toml
dpkg --force-confold --install /root/gavel.deb >/dev/null
is_up
[ "$(of MainPID)" != "$pid" ]
has 'mine$' < /etc/gavel/gavel.toml
is "$(mode /etc/gavel/gavel.toml)" "root:gavel 640"
is "$(logs_in)" 303
journalctl --no-pager --unit gavel --output=cat | tail -5 | has '^{'

say "the audit record goes to the system's log out of the sandbox"
echo 'audit_to = "syslog"' >> /etc/gavel/gavel.toml
systemctl restart gavel
is_up
for _ in $(seq 50); do
  if journalctl --no-pager --output=cat SYSLOG_FACILITY=10 | has '"action":"user.created"'; then break; fi
  sleep 0.2
done
journalctl --no-pager --output=cat SYSLOG_FACILITY=10 | has '"action":"user.created"'

say "it stops in order, and nothing went wrong meanwhile"
systemctl stop gavel
is "$(of Result)" success
if journalctl --no-pager --unit gavel --priority=err --output=cat | has .; then
  journalctl --no-pager --unit gavel --priority=err >&2
  exit 1
fi
if journalctl --no-pager --unit gavel --output=cat | grep -E '"level":"(ERROR|WARN)"| (ERROR|WARN) ' >&2; then exit 1; fi
systemctl start gavel
is_up

say "removed, it leaves settings and database; installed again, it goes on"
dpkg --remove gavel >/dev/null
is "$(systemctl is-active gavel || true)" inactive
[ ! -e /usr/bin/gavel ]
[ -e /etc/gavel/gavel.toml ]
[ -e /var/lib/gavel/gavel.db ]
dpkg --install /root/gavel.deb >/dev/null
is_up
is "$(logs_in)" 303

say "purged, it leaves backups and nothing else"
dpkg --purge gavel > /root/purged
has 'Backups of Gavel' < /root/purged
[ ! -e /etc/gavel ]
[ ! -e /var/lib/gavel ]
ls /var/backups/gavel | has '\.db$'
is "$(systemctl is-active gavel || true)" inactive
[ -z "$(find /etc/systemd /usr/lib/systemd /lib/systemd -name 'gavel*')" ]
[ -z "$(find / -xdev -name 'gavel*' -not -path '/root/*' -not -path '/proc/*' -not -path '/var/log/*' -not -path '/var/backups/gavel*')" ]
getent passwd gavel >/dev/null

echo "all is well"
