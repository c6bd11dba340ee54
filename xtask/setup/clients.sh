#!/usr/bin/env bash
# What the tests with real API clients need: Python 3.11 or later with the packages of end2end/requirements.txt in
# end2end/.venv, curl, and PHP with Guzzle. Safe to run again.
. "$(dirname "$0")/lib.sh"

VENV=end2end/.venv
LOCK=end2end/requirements.txt

missing=()
has curl || missing+=(curl)
has python3 || missing+=(python3)
# Debian keeps what makes environments in a package of its own.
python3 -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv)
has php || missing+=(php-cli)
# Guzzle is Debian's, as is PHP: one source, signed, and no second package client.
[ -e /usr/share/php/GuzzleHttp/autoload.php ] || missing+=(php-guzzlehttp-guzzle)
[ ${#missing[@]} = 0 ] || apt_install "${missing[@]}"

python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || die "Python 3.11 or later is needed"
if ! cmp -s "$LOCK" "$VENV/.installed-from"; then
  say "pip install -r $LOCK in $VENV"
  rm -rf "$VENV"
  python3 -m venv "$VENV"
  "$VENV/bin/pip" install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r "$LOCK"
  cp "$LOCK" "$VENV/.installed-from"
fi
