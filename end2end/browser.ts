// The browser of tests and screenshots: the one that CHROMIUM names, otherwise Debian's Chromium. Of that the shell without windows, which
// draws with the same engine and takes two thirds of the time.

import { existsSync } from 'node:fs'
import type { LaunchOptions } from '@playwright/test'

const shell = '/usr/bin/chromium-headless-shell'

export const launchOptions: LaunchOptions = {
  executablePath: process.env.CHROMIUM ?? (existsSync(shell) ? shell : '/usr/bin/chromium'),
  // No sandbox: tests run as root in containers. The rest keeps the browser from talking to anyone but Gavel.
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'],
}
