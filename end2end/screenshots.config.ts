// `make screenshots`: every page as a person sees it, into end2end/screenshots/.

import { defineConfig } from '@playwright/test'
import { launchOptions } from './browser.js'

export default defineConfig({
  testDir: 'pictures',
  testMatch: '*.ts',
  workers: 1,
  timeout: 120_000,
  reporter: [['list']],
  use: { launchOptions, locale: 'en-GB', timezoneId: 'UTC' },
})
