# Shared by the set-up scripts; sourced, not run.
# Each script is silent when nothing is missing, and says what it does when something is.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

say() { echo "setup: $*"; }

die() {
  echo "setup: $*" >&2
  exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }

# Runs a command as root.
as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif has sudo; then
    sudo "$@"
  else
    die "this needs root, and there is no sudo: $*"
  fi
}

# Installs Debian packages, or says which are missing where there is no apt-get.
apt_install() {
  has apt-get || die "please install what Debian calls: $*"
  say "apt-get install $*"
  as_root apt-get -o DPkg::Lock::Timeout=300 update -qq </dev/null
  # -o Dpkg::Use-Pty=0: no progress bars in a CI's log
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 \
    install -y -qq --no-install-recommends "$@" </dev/null >/dev/null
}
