#!/usr/bin/env bash
# What `make bench-engine` compares with: bogofilter and SpamAssassin. Safe to run again.
. "$(dirname "$0")/lib.sh"

missing=()
has bogofilter || missing+=(bogofilter)
has spamassassin || missing+=(spamassassin)
[ ${#missing[@]} = 0 ] || apt_install "${missing[@]}"
