// Overview: what needs a person, whether today is unusual, and that each figure opens the rows that it counts.

import { execFileSync } from 'node:child_process'
import { binary } from '../fixtures/gavel.js'
import { admin, expect, Gavel, hydrated, logIn, test, type Page } from '../fixtures/test.js'

test.use({ storageState: { cookies: [], origins: [] } })
test.describe.configure({ mode: 'serial' })

let demo: Gavel

test.beforeAll(async ({}, info) => {
  demo = new Gavel(`overview-${info.project.name}`)
  demo.addUser(admin)
  execFileSync(binary, ['demo-data', '--rows', '900', '--database', demo.database], { env: { PATH: process.env.PATH } })
  await demo.start()
})

test.afterAll(async () => demo?.remove())

const part = (page: Page, name: string) => page.getByRole('region', { name, exact: true })
const number = (text: string | null) => Number((text ?? '').replace(/[^\d]/g, ''))

/** Follows a figure, and expects as many detections there. */
async function opensItsRows(page: Page, javaScriptEnabled: boolean | undefined, figure: ReturnType<Page['locator']>): Promise<void> {
  const count = number(await figure.locator('.tabular-nums').first().textContent())
  await figure.click()
  await expect(page).toHaveURL(/\/detections\?q=/)
  if (javaScriptEnabled !== false) await hydrated(page)
  const words = count === 0 ? 'Nothing matches this search.' : `${count.toLocaleString('en-GB')} detection${count === 1 ? '' : 's'}`
  await expect(page.getByText(words, { exact: true })).toBeVisible()
  await page.goto(demo.url)
}

test('what waits, by site too, and what was checked today open the rows that they count', async ({ page, javaScriptEnabled }) => {
  await logIn(page, admin, demo.url)
  await opensItsRows(page, javaScriptEnabled, part(page, 'Needs a person').getByRole('link', { name: /to review$/ }))
  const sites = part(page, 'Needs a person').getByRole('list', { name: 'Waiting by site' }).getByRole('link')
  expect(await sites.count()).toBeGreaterThan(1)
  await opensItsRows(page, javaScriptEnabled, sites.first())
  for (const name of [/checks today/, /of them spam/, /wrongly blocked this week/]) {
    await opensItsRows(page, javaScriptEnabled, part(page, 'Is today unusual?').getByRole('link', { name }))
  }
})

test('today is compared with the same weekday up to now, in words', async ({ page }) => {
  await logIn(page, admin, demo.url)
  const today = part(page, 'Is today unusual?')
  await expect(today).toContainText(/A usual day so far|Unusual: |Not enough history yet/)
  await expect(today).toContainText(/Compared with (last|the last \d+) \w+day|There is no \w+day before this one/)
  await expect(today).toContainText(/usually [\d,]+ by now|nothing to compare with/)
})

test('thirty days have a chart with a table, whose figures open their rows', async ({ page, javaScriptEnabled }) => {
  await logIn(page, admin, demo.url)
  const chart = part(page, 'Last 30 days')
  await expect(chart.locator('svg.chart')).toBeVisible()
  await chart.getByText('Table', { exact: true }).click()
  await expect(chart.getByRole('row')).toHaveCount(31)
  const figure = chart.locator('a[data-count]').first()
  const count = Number(await figure.getAttribute('data-count'))
  await figure.click()
  await expect(page).toHaveURL(/\/detections\?q=/)
  if (javaScriptEnabled !== false) await hydrated(page)
  await expect(page.getByText(`${count} detection${count === 1 ? '' : 's'}`, { exact: true })).toBeVisible()
})

test('quota, spam service, who is here and the newest corrections stand beside it', async ({ page, javaScriptEnabled }) => {
  await logIn(page, admin, demo.url)
  await expect(part(page, 'Quota')).toContainText(/checks used/)
  await expect(part(page, 'Spam service')).toContainText(/The built-in detector/)
  const corrections = part(page, 'Newest corrections')
  expect(await corrections.getByRole('listitem').count()).toBeLessThanOrEqual(5)
  await expect(corrections.getByRole('listitem').first()).toContainText(/Corrected to/)
  if (javaScriptEnabled === false) return
  // A page that is open is somebody's.
  await expect(async () => {
    await page.goto(demo.url)
    await expect(part(page, 'Who is here')).toContainText('Ana', { timeout: 500 })
  }).toPass()
})

test('a bulk action is taken back from here, after its toast has gone', async ({ page, javaScriptEnabled }, info) => {
  const gavel = new Gavel(`overview-bulk-${info.project.name}`, ['--feedback-undo', '1s'])
  gavel.addUser(admin)
  try {
    await gavel.start()
    await logIn(page, admin, gavel.url)
    await expect(page.getByRole('heading', { name: 'First steps' }), 'nothing was checked yet').toBeVisible()
    const form = { 'form[endpoint]': 'check', 'form[split]': 'line', 'form[message]': 'One about the garden\nTwo about the garden' }
    await page.request.post(`${gavel.url}/fn/checks/run`, { form, headers: { accept: 'application/json' } })
    await page.goto(`${gavel.url}/detections`)
    if (javaScriptEnabled !== false) await hydrated(page)
    for (const index of [0, 1]) await page.locator('[data-row]').nth(index).getByRole('checkbox').check()
    await page.getByRole('group', { name: 'For the selection' }).getByRole('button', { name: 'Ham' }).click()
    await expect(page.locator('[data-row]').filter({ hasText: 'by Ana' })).toHaveCount(2)
    await page.waitForTimeout(1_500)
    await page.goto(gavel.url)
    if (javaScriptEnabled !== false) await hydrated(page)
    const lately = part(page, 'Your bulk actions of the last day')
    await expect(lately).toContainText('Marked 2 as ham')
    await lately.getByRole('button', { name: /^Undo/ }).click()
    await expect(lately).toHaveCount(0)
    await page.goto(`${gavel.url}/detections`)
    await expect(page.locator('[data-row]').filter({ hasText: 'by Ana' })).toHaveCount(0)
  } finally {
    await gavel.remove()
  }
})
