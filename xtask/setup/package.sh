#!/usr/bin/env bash
# What `make package` needs: cargo-deb, and Debian's own tool that tells which libraries a program needs. Safe to run again.
. "$(dirname "$0")/lib.sh"

has dpkg-shlibdeps || apt_install dpkg-dev
if ! has cargo-deb && [ ! -x target/tools/bin/cargo-deb ]; then
  . xtask/setup/env.sh
  say "cargo install cargo-deb, for some minutes"
  cargo install --quiet --locked --version 3.8.0 --root target/tools cargo-deb
fi
