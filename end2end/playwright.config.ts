import { defineConfig, devices } from '@playwright/test'
import { launchOptions } from './browser.js'

const desktop = { ...devices['Desktop Chrome'], viewport: { width: 1280, height: 800 }, launchOptions }

export default defineConfig({
  testDir: 'tests',
  // Each worker has a Gavel and a database of its own; the tests of one file run in order on it.
  workers: 2,
  // Long enough for axe on the page with most charts, beside another worker on two cores.
  timeout: 60_000,
  expect: { timeout: 10_000 },
  forbidOnly: !!process.env.CI,
  // No retries: a test that fails now and then has found something.
  retries: 0,
  reporter: [['list'], ['html', { open: 'never' }], ['./fixtures/reporter.ts']],
  // A trace of every test takes a quarter of the time; `npx playwright test --trace retain-on-failure` records them.
  // An action that cannot be done says what it waited for, instead of using up the test's time.
  use: { actionTimeout: 20_000, screenshot: 'only-on-failure', locale: 'en-GB', timezoneId: 'UTC' },
  projects: [
    { name: 'javascript', use: desktop },
    // Everything must work without JavaScript too, but for what is named *.hydrate.spec.ts.
    { name: 'no-javascript', use: { ...desktop, javaScriptEnabled: false }, testIgnore: /\.hydrate\.spec\.ts$/ },
  ],
})
