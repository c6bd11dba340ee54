// What the browser adds to the Stats page: figures under the pointer, a closer look by dragging, a threshold that moves.

import { execFileSync } from 'node:child_process'
import { binary } from '../fixtures/gavel.js'
import { admin, expect, expectAccessible, Gavel, hydrated, logIn, test } from '../fixtures/test.js'

test.describe.configure({ mode: 'serial' })

let demo: Gavel

test.beforeAll(async () => {
  demo = new Gavel('stats-alive')
  demo.addUser(admin)
  execFileSync(binary, ['demo-data', '--rows', '2000', '--days', '40', '--database', demo.database], { env: { PATH: process.env.PATH } })
  await demo.start()
})

test.afterAll(async () => demo?.remove())

test('a column is read out under the pointer, and dragging over some looks closer', async ({ page }) => {
  await logIn(page, admin, demo.url)
  await page.goto(`${demo.url}/stats?range=30d&site=blog.example.com`)
  await hydrated(page)
  const chart = page.locator('figure', { has: page.getByRole('heading', { name: 'Checks by verdict' }) })
  const drawing = chart.locator('svg.chart')
  await drawing.scrollIntoViewIfNeeded()
  const box = (await drawing.boundingBox())!
  const at = (column: number) => ({ x: box.x + box.width * (column + 0.5) / 30, y: box.y + box.height / 2 })
  await page.mouse.move(at(14).x, at(14).y)
  await expect(chart.locator('.chart-said')).toHaveText(/^\w{3} \d+ \w{3} \d{4}: spam \d+, ham \d+, all \d+/)
  await page.mouse.move(at(10).x, at(10).y)
  await page.mouse.down()
  await page.mouse.move(at(12).x, at(12).y, { steps: 4 })
  await page.mouse.move(at(16).x, at(16).y, { steps: 4 })
  await expect(chart.locator('.chart-said')).toHaveText(/Let go to look at/)
  await page.mouse.up()
  const day = (back: number) => new Date(Date.now() - back * 86_400_000).toISOString().slice(0, 10)
  await expect(page).toHaveURL(new RegExp(`from=${day(19)}&to=${day(13)}&site=blog.example.com`))
  await expect(page.getByLabel('From (UTC)')).toHaveValue(day(19))
  await expect(chart.locator('details tbody tr')).toHaveCount(7)
})

test('the threshold moves, and the figures with it', async ({ page }) => {
  await logIn(page, admin, demo.url)
  await page.goto(`${demo.url}/stats?range=90d`)
  await hydrated(page)
  const panel = page.getByRole('region', { name: /What if/ })
  const slider = panel.getByRole('slider')
  await slider.focus()
  await page.keyboard.press('Home')
  await expect(panel.getByRole('rowheader', { name: 'Spam from 0 on' })).toBeVisible()
  await expect(page).toHaveURL(/threshold=0/)
  // Everything would be spam: nothing is missed.
  await expect(panel.getByRole('row', { name: /Spam from 0 on/ }).getByRole('cell').nth(1)).toHaveText(/^100/)
})

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(`in ${colorScheme}`, () => {
    test.use({ colorScheme })
    test('axe finds nothing on charts with figures', async ({ page }) => {
      await logIn(page, admin, demo.url)
      await page.goto(`${demo.url}/stats?range=30d`)
      await hydrated(page)
      for (const table of await page.locator('main details > summary').all()) await table.click()
      await expectAccessible(page, '/stats with its tables open')
    })
  })
}
