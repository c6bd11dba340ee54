#!/usr/bin/env bash
# What the soak moves the clock by that Gavel sees: libfaketime. Safe to run again.
. "$(dirname "$0")/lib.sh"

compgen -G "/usr/lib/*/faketime/libfaketime.so.1" >/dev/null || apt_install libfaketime
