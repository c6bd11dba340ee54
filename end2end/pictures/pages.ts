// Each page at the width of a desk and of a phone, light and dark, with real messages in the log.

import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { binary } from '../fixtures/gavel.js'
import { admin, Gavel, hydrated, logIn, messages, test, type Page } from '../fixtures/test.js'

const folder = join(dirname(fileURLToPath(import.meta.url)), '../screenshots')

const widths = [{ width: 1440, height: 900 }, { width: 390, height: 844 }]
const themes = ['light', 'dark'] as const

const pages = [
  { name: 'overview', path: '/' },
  { name: 'check', path: '/check' },
  { name: 'detections', path: '/detections' },
  { name: 'detection', path: '/detections/1' },
  { name: 'stats', path: '/stats' },
  { name: 'imports', path: '/imports' },
  { name: 'import', path: '/imports/new' },
  { name: 'health', path: '/health' },
  { name: 'settings', path: '/settings' },
  { name: 'not-found', path: '/no-such-page' },
]

/** Fills the log through the Check page, one message a check, as a moderator would. */
async function fillLog(page: Page): Promise<void> {
  const few = [
    ...messages('sms_uci', 4, { longest: 400 }), ...messages('youtube', 4, { longest: 400 }),
    ...messages('telegram', 2, { longest: 400 }), ...messages('spamassassin', 1, { label: 'spam', longest: 600 }),
  ]
  for (const { message, email, ip } of few) {
    await page.goto('/check')
    await page.getByLabel('Message', { exact: true }).fill(message)
    if (email || ip) await page.getByText('Sender and source').click()
    if (email) await page.getByLabel('E-mail').fill(email)
    if (ip) await page.getByLabel('IP address').fill(ip)
    await page.getByRole('button', { name: 'Check' }).click()
    await page.getByRole('article', { name: 'Verdict' }).waitFor()
  }
}

async function picture(page: Page, name: string): Promise<void> {
  for (const size of widths) {
    for (const colorScheme of themes) {
      await page.setViewportSize(size)
      await page.emulateMedia({ colorScheme })
      await page.screenshot({ path: join(folder, `${name}-${size.width}-${colorScheme}.png`), fullPage: true })
    }
  }
}

test('pages for those who are logged in', async ({ page }) => {
  mkdirSync(folder, { recursive: true })
  await fillLog(page)
  // The verdict card is still on the page.
  await picture(page, 'verdict')
  for (const { name, path } of pages) {
    await page.goto(path)
    await hydrated(page)
    await picture(page, name)
  }
})

test('figures and charts of some months', async ({ page }) => {
  const demo = new Gavel('pictures-stats')
  demo.addUser(admin)
  const args = ['demo-data', '--rows', '30000', '--days', '120', '--database', demo.database]
  execFileSync(binary, args, { env: { PATH: process.env.PATH } })
  await demo.start()
  await logIn(page, admin, demo.url)
  await page.goto(`${demo.url}/stats?range=30d&threshold=60`)
  await hydrated(page)
  await picture(page, 'charts')
  await demo.remove()
})

test.describe('before log-in', () => {
  test.use({ storageState: { cookies: [], origins: [] } })
  test('log-in', async ({ page }) => {
    await page.goto('/login')
    await picture(page, 'login')
  })
})
