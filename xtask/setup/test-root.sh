#!/usr/bin/env bash
# What `make try-package` needs: a Debian of its own to install into, as an archive beside the build. Safe to run again.
. "$(dirname "$0")/lib.sh"

has mmdebstrap || apt_install mmdebstrap
has systemd-nspawn || apt_install systemd-container
ROOT=target/test-root.tar
if [ ! -f "$ROOT" ]; then
  . /etc/os-release
  say "a small Debian ($VERSION_CODENAME) for the test"
  mkdir -p target
  as_root mmdebstrap --quiet --variant=minbase --include=systemd,systemd-sysv,adduser,ca-certificates,curl \
    "$VERSION_CODENAME" "$ROOT.part" </dev/null
  mv "$ROOT.part" "$ROOT"
fi
