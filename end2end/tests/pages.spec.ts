import { expect, test } from '../fixtures/test.js'

/** Address, title and heading of each page, and its place in the navigation where that is called otherwise; `null`: none. */
const pages: { path: string, title: RegExp, heading: string, place?: string | null }[] = [
  { path: '/', title: /Overview/, heading: 'Overview' },
  { path: '/check', title: /Check/, heading: 'Check' },
  { path: '/detections', title: /Detections/, heading: 'Detections' },
  { path: '/imports', title: /Imports/, heading: 'Imports' },
  { path: '/stats', title: /Stats/, heading: 'Stats' },
  { path: '/rules', title: /Rules/, heading: 'Rules', place: null },
  { path: '/rules?of=email%3A*', title: /Sender/, heading: 'Sender', place: null },
  { path: '/settings', title: /Settings/, heading: 'Settings' },
  { path: '/settings/callbacks', title: /Callbacks/, heading: 'Callbacks', place: 'Settings' },
  { path: '/settings/wordpress', title: /WordPress/, heading: 'WordPress', place: 'Settings' },
  { path: '/settings/connect', title: /Connect a site/, heading: 'Connect a site', place: 'Settings' },
  { path: '/settings/reasons', title: /Reasons/, heading: 'Reasons and macros', place: 'Settings' },
  { path: '/settings/people', title: /People/, heading: 'People', place: 'Settings' },
  { path: '/settings/privacy', title: /Privacy/, heading: 'Privacy', place: 'Settings' },
  { path: '/settings/audit', title: /Audit/, heading: 'Audit record', place: 'Settings' },
]

for (const { path, title, heading, place = heading } of pages) {
  test(`${path} has a title, one heading, and its place in the navigation`, async ({ page, open }) => {
    const response = await open(path)
    expect(response.status()).toBe(200)
    await expect(page).toHaveTitle(title)
    await expect(page.getByRole('heading', { level: 1 })).toHaveText([heading])
    const current = page.getByRole('navigation', { name: 'Pages', exact: true }).locator('[aria-current=page]')
    await (place === null ? expect(current).toHaveCount(0) : expect(current).toHaveText(place))
  })

  test(`${path} fits a phone without scrolling sideways`, async ({ page, open }) => {
    await page.setViewportSize({ width: 390, height: 844 })
    await open(path)
    const { content, screen } = await page.evaluate(() => ({
      content: document.documentElement.scrollWidth, screen: document.documentElement.clientWidth,
    }))
    expect(content).toBeLessThanOrEqual(screen)
    const last = await page.getByRole('navigation', { name: 'Pages', exact: true }).getByRole('link').last().boundingBox()
    expect(last!.x + last!.width, 'the bar at the bottom shows every page').toBeLessThanOrEqual(screen)
  })
}

test('an unknown page says so, with the right status', async ({ page, open }) => {
  const response = await open('/no-such-page')
  expect(response.status()).toBe(404)
  await expect(page.getByRole('main')).toContainText(/not found|no such|nothing here|does not exist/i)
})

test('an unknown detection says so, with the right status', async ({ open }) => {
  const response = await open('/detections/999999999')
  expect(response.status()).toBe(404)
})
