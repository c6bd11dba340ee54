// What the browser adds to the Stats page: figures under the pointer, a closer look by dragging, a threshold that moves.

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
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

test('a click on a bar leads to the log with what it counts', async ({ page }) => {
  await logIn(page, admin, demo.url)
  await page.goto(`${demo.url}/stats?range=30d`)
  await hydrated(page)
  const chart = page.locator('figure', { has: page.getByRole('heading', { name: 'Checks by verdict' }) })
  const drawing = chart.locator('svg.chart')
  await drawing.scrollIntoViewIfNeeded()
  const bar = (await drawing.locator('.c-spam rect').nth(14).boundingBox())!
  await page.mouse.click(bar.x + bar.width / 2, bar.y + bar.height / 2)
  await expect(page).toHaveURL(/\/detections\?q=is(:|%3A)spam/)
  const address = new URL(page.url())
  await page.goBack()
  await hydrated(page)
  // The same address stands in the table behind the chart, which comes a moment after the page.
  const linked = () => chart.locator('tbody a').evaluateAll(links => links.map(link => new URL((link as HTMLAnchorElement).href).searchParams.get('q')))
  await expect.poll(linked).toContain(address.searchParams.get('q'))
  // Above the bars lies all that the column counts.
  await drawing.scrollIntoViewIfNeeded()
  const box = (await drawing.boundingBox())!
  await page.mouse.click(bar.x + bar.width / 2, box.y + 2)
  await expect(page).toHaveURL(/\/detections\?q=after/)
})

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(`as a picture in ${colorScheme}`, () => {
    test.use({ colorScheme })
    test('a chart is saved as PNG, in its size and in the colours of the page', async ({ page }) => {
      await logIn(page, admin, demo.url)
      await page.goto(`${demo.url}/stats?range=30d`)
      await hydrated(page)
      const chart = page.locator('figure', { has: page.getByRole('heading', { name: 'Checks by verdict' }) })
      const svg = await (await page.request.get(`${demo.url}${await chart.getByRole('link', { name: 'SVG' }).getAttribute('href')}`)).text()
      const size = /width="(\d+)" height="(\d+)"/.exec(svg)!.slice(1).map(Number)
      const downloading = page.waitForEvent('download')
      await chart.getByRole('button', { name: 'PNG' }).click()
      const download = await downloading
      expect(download.suggestedFilename()).toBe('gavel-checks.png')
      const png = readFileSync(await download.path())
      expect(png.subarray(0, 8)).toEqual(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))
      // Two pixels for one of the SVG.
      expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual(size.map(pixels => pixels * 2))
      // What is in it: the ground of the page's cards, and the colour of spam.
      const colours = await page.evaluate(async data => {
        const image = new Image()
        image.src = `data:image/png;base64,${data}`
        await image.decode()
        const canvas = document.createElement('canvas')
        canvas.width = image.naturalWidth
        canvas.height = image.naturalHeight
        const context = canvas.getContext('2d')!
        context.drawImage(image, 0, 0)
        const pixels = context.getImageData(0, 0, canvas.width, canvas.height).data
        const seen = new Map<string, number>()
        for (let at = 0; at < pixels.length; at += 4) {
          const colour = `${pixels[at]},${pixels[at + 1]},${pixels[at + 2]}`
          seen.set(colour, (seen.get(colour) ?? 0) + 1)
        }
        return [...seen].sort((a, b) => b[1] - a[1]).slice(0, 40).map(([colour]) => colour)
      }, png.toString('base64'))
      expect(colours[0]).toBe(colorScheme === 'light' ? '255,255,255' : '27,30,36')
      expect(colours).toContain(colorScheme === 'light' ? '179,32,42' : '255,143,148')
    })
  })
}

test('the threshold moves, and the figures with it', async ({ page }) => {
  await logIn(page, admin, demo.url)
  await page.goto(`${demo.url}/stats?range=90d`)
  await hydrated(page)
  const panel = page.getByRole('region', { name: 'Try another threshold' })
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
