import { expect, test } from '../fixtures/test.js'

const pages = [
  { path: '/', title: /Overview/, heading: 'Overview' },
  { path: '/check', title: /Check/, heading: 'Check' },
  { path: '/detections', title: /Detections/, heading: 'Detections' },
  { path: '/imports', title: /Imports/, heading: 'Imports' },
  { path: '/stats', title: /Stats/, heading: 'Stats' },
  { path: '/rules', title: /Rules/, heading: 'Rules' },
  { path: '/sender?of=email%3A*', title: /Sender/, heading: 'Sender' },
  { path: '/settings', title: /Settings/, heading: 'Settings' },
  { path: '/settings/callbacks', title: /Callbacks/, heading: 'Callbacks' },
]

for (const { path, title, heading } of pages) {
  test(`${path} has a title, one heading, and its place in the navigation`, async ({ page, open }) => {
    const response = await open(path)
    expect(response.status()).toBe(200)
    await expect(page).toHaveTitle(title)
    await expect(page.getByRole('heading', { level: 1 })).toHaveText([heading])
    await expect(page.getByRole('navigation', { name: 'Pages', exact: true }).locator('[aria-current=page]')).toHaveText(heading)
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
