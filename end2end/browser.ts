// The browser of tests and screenshots: Debian's Chromium, or the one that CHROMIUM names.

import type { LaunchOptions } from '@playwright/test'

export const launchOptions: LaunchOptions = {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  // No sandbox: tests run as root in containers. The rest keeps the browser from talking to anyone but Gavel.
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'],
}
