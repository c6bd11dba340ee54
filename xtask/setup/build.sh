#!/usr/bin/env bash
# What every build needs: a C compiler (SQLite and the linker), cargo, the browser's target.
# Safe to run again.
. "$(dirname "$0")/lib.sh"

if ! has cc; then
  apt_install gcc libc6-dev make
fi
if ! has cargo; then
  die "cargo is missing; install Rust with rustup (https://rustup.rs), then run this again"
fi
exec xtask/setup/wasm-target.sh
