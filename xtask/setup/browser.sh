#!/usr/bin/env bash
# What the end-to-end tests need: Node.js, npm, Chromium, and the packages of end2end/. Safe to run again.
. "$(dirname "$0")/lib.sh"

missing=()
has node || missing+=(nodejs)
has npm || missing+=(npm)
if [ -z "${CHROMIUM:-}" ] && [ ! -x /usr/bin/chromium-headless-shell ]; then
  # The fonts: without any, every letter is a box in a screenshot.
  missing+=(chromium-headless-shell fonts-liberation fonts-noto-color-emoji)
fi
if [ ${#missing[@]} != 0 ] && ! apt_install "${missing[@]}"; then
  # The whole of Chromium does as well, in half as much time again.
  [ -x /usr/bin/chromium ] && has node && has npm || die "the tests need: ${missing[*]}"
  say "going on with /usr/bin/chromium"
fi

cd end2end
if ! cmp -s package-lock.json node_modules/.installed-from; then
  say "npm ci in end2end"
  # Playwright's own browsers are not used.
  PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --no-audit --no-fund --loglevel=error
  cp package-lock.json node_modules/.installed-from
fi
