// Fingers need more room than a pointer, and on a phone the message and its buttons are seen together.

import { devices } from '@playwright/test'
import { marked, marker, paste, row, searching } from '../fixtures/desk.js'
import { expect, test } from '../fixtures/test.js'

const { defaultBrowserType: _, ...phone } = devices['Pixel 5']
test.use(phone)

test('what one taps in the log is 44 pixels high', async ({ page, open }) => {
  const word = marker('touch')
  await paste(page, marked(word, 1))
  await open(searching(word))
  for (const button of await row(page, 0).getByRole('button').all()) {
    const box = await button.boundingBox()
    expect(Math.min(box!.width, box!.height)).toBeGreaterThanOrEqual(44)
  }
  for (const link of await page.getByRole('navigation', { name: 'Filter' }).getByRole('link').all()) {
    expect((await link.boundingBox())!.height).toBeGreaterThanOrEqual(44)
  }
})

test('Review shows the message first, and its buttons without scrolling', async ({ page, open }) => {
  const word = marker('phone')
  await paste(page, [`${word} ${'a long message that goes on and on '.repeat(60)}`])
  await open('/review?order=newest')
  // What other tests were alerted to is not what this one is about.
  const alerts = page.getByRole('region', { name: 'Alerts', exact: true })
  while (await alerts.getByRole('button').count() > 0) {
    const alert = await alerts.getByRole('button').first().getAttribute('value')
    await alerts.locator(`button[value="${alert}"]`).click()
    await expect(alerts.locator(`button[value="${alert}"]`)).toHaveCount(0)
  }
  const text = page.getByText(new RegExp(`^${word}`)).first()
  await expect(text).toBeInViewport()
  expect((await text.boundingBox())!.y, 'in the upper half').toBeLessThan(420)
  for (const name of ['Mark as spam', 'Mark as ham']) {
    const box = await page.getByRole('button', { name }).boundingBox()
    expect(box!.y + box!.height, 'above the navigation').toBeLessThanOrEqual(page.viewportSize()!.height - 50)
  }
})
