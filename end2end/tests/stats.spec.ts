// The Stats page: its figures are those of the log, and all of it reads without JavaScript.

import { execFileSync } from 'node:child_process'
import { binary } from '../fixtures/gavel.js'
import { admin, expect, Gavel, hydrated, logIn, test, type Page } from '../fixtures/test.js'

/** Few enough that the log counts them all, however it is asked. */
const ROWS = 400

test.describe.configure({ mode: 'serial' })

let demo: Gavel

test.beforeAll(async ({}, testInfo) => {
  demo = new Gavel(`stats-${testInfo.project.name}`)
  demo.addUser(admin)
  const args = ['demo-data', '--rows', String(ROWS), '--days', '40', '--database', demo.database]
  execFileSync(binary, args, { env: { PATH: process.env.PATH } })
  await demo.start()
})

test.afterAll(async () => demo?.remove())

/** Every figure of the page that has a link: the address and the number. */
async function figures(page: Page): Promise<{ href: string, count: number }[]> {
  return page.locator('main a[data-count]').evaluateAll(links => links.map(link => ({
    href: link.getAttribute('href') ?? '', count: Number(link.getAttribute('data-count')),
  })))
}

/** How many the log counts for the search of an address. */
async function logged(page: Page, href: string): Promise<number> {
  const q = new URL(href, demo.url).searchParams.get('q') ?? ''
  const answer = await page.request.get(`${demo.url}/fn/detections/count?${new URLSearchParams({ q })}`)
  expect(answer.status(), q).toBe(200)
  const { count, more } = await answer.json()
  expect(more, q).toBe(false)
  return count
}

const views = [
  ['today', '?range=today'],
  ['days and the period before', '?range=30d'],
  ['weeks', '?from=2024-01-01'],
  ['a site', '?range=30d&site=blog.example.com'],
  ['no site', '?range=30d&site=-'],
  ['a search', `?range=30d&q=${encodeURIComponent('score:30..90')}`],
]

for (const [name, query] of views) {
  test(`every figure equals the search that it links to: ${name}`, async ({ page }) => {
    test.setTimeout(120_000)
    await logIn(page, admin, demo.url)
    const from = new Date(Date.now() - 200 * 86_400_000).toISOString().slice(0, 10)
    await page.goto(`${demo.url}/stats${query!.replace('2024-01-01', from)}`)
    const found = await figures(page)
    expect(found.length).toBeGreaterThan(20)
    const once = new Map(found.map(({ href, count }) => [href, count]))
    for (const { href, count } of found) expect(once.get(href), href).toBe(count)
    const wrong: string[] = []
    const all = [...once]
    for (let at = 0; at < all.length; at += 8) {
      await Promise.all(all.slice(at, at + 8).map(async ([href, count]) => {
        const there = await logged(page, href)
        if (there !== count) wrong.push(`${decodeURIComponent(href)}: ${count} on the page, ${there} in the log`)
      }))
    }
    expect(wrong, `of ${once.size} figures`).toEqual([])
    expect([...once.values()].some(count => count > 0)).toBe(true)
  })
}

test('a figure leads to the log, which says the same number', async ({ page }) => {
  await logIn(page, admin, demo.url)
  await page.goto(`${demo.url}/stats?range=30d`)
  const spam = page.locator('main section', { has: page.getByRole('heading', { name: 'Spam', exact: true }) }).getByRole('link')
  const count = await spam.getAttribute('data-count')
  await spam.click()
  await expect(page).toHaveURL(/\/detections\?q=is(:|%3A)spam/)
  await expect(page.getByText(`${count} detections`, { exact: true })).toBeVisible()
})

test('days, site and saved search are chosen by a form; what is wrong is named and kept', async ({ page, javaScriptEnabled }) => {
  await logIn(page, admin, demo.url)
  await page.goto(`${demo.url}/stats`)
  if (javaScriptEnabled !== false) await hydrated(page)
  const today = new Date().toISOString().slice(0, 10)
  await page.getByLabel('From (UTC)').fill(today)
  await page.getByLabel('To', { exact: true }).fill(today)
  await page.getByLabel('Site', { exact: true }).selectOption('blog.example.com')
  await page.getByRole('button', { name: 'Show', exact: true }).click()
  await expect(page).toHaveURL(new RegExp(`from=${today}&to=${today}.*site=blog\\.example\\.com`))
  await expect(page.getByLabel('Site', { exact: true })).toHaveValue('blog.example.com')
  await expect(page.getByRole('navigation', { name: 'Range' }).locator('[aria-current]')).toHaveCount(0)

  await page.goto(`${demo.url}/stats?from=2025-02-07&to=2025-02-01`)
  await expect(page.getByText('The first day lies behind the last one. Swap them.')).toBeVisible()
  await expect(page.getByLabel('From (UTC)')).toHaveValue('2025-02-07')
  await page.getByRole('navigation', { name: 'Range' }).getByRole('link', { name: '7 days' }).click()
  await expect(page.getByRole('heading', { name: 'Checks by verdict' })).toBeVisible()
})

test('another threshold is tried on what is labelled', async ({ page }) => {
  await logIn(page, admin, demo.url)
  await page.goto(`${demo.url}/stats?range=90d&threshold=80`)
  const panel = page.getByRole('region', { name: 'Try another threshold' })
  await expect(panel.getByRole('rowheader', { name: 'Spam from 80 on' })).toBeVisible()
  await expect(panel.getByText(/becomes ham\. Labelled/).first()).toBeVisible()
  await expect(panel.getByText(/%\s\(\d+–\d+ %\)/).first()).toBeVisible()
  await panel.getByRole('link', { name: 'spam that becomes ham' }).click()
  await expect(page).toHaveURL(/is(:|%3A)labelled.*score(:|%3A)(<|%3C)80/)
})

test('each chart has a table, and files of its figures and its picture', async ({ page }) => {
  await logIn(page, admin, demo.url)
  await page.goto(`${demo.url}/stats?range=7d`)
  const charts = page.locator('main figure')
  await expect(charts).toHaveCount(7)
  for (const chart of await charts.all()) {
    await expect(chart.locator('details table tbody tr').first()).toBeAttached()
    for (const [format, kind, start] of [['CSV', 'text/csv', '\uFEFF"'], ['SVG', 'image/svg+xml', '<svg xmlns=']]) {
      const href = await chart.getByRole('link', { name: format, exact: true }).getAttribute('href')
      const answer = await page.request.get(`${demo.url}${href}`)
      expect(answer.status(), href ?? '').toBe(200)
      expect(answer.headers()['content-type']).toContain(kind)
      expect(await answer.text()).toMatch(new RegExp(`^${start}`))
    }
  }
  const nowhere = await page.request.get(`${demo.url}/stats/file?chart=none&format=csv`)
  expect(nowhere.status()).toBe(404)
})
