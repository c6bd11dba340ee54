// The review queue by keyboard alone.

import { marked, marker, paste } from '../fixtures/desk.js'
import { admin, expect, expectAccessible, Gavel, logIn, test } from '../fixtures/test.js'

test.use({ storageState: { cookies: [], origins: [] } })

test('s and h label and go on, j skips, u takes back', async ({ page, open }, info) => {
  const gavel = new Gavel(`review-keys-${info.workerIndex}`)
  gavel.addUser(admin)
  await gavel.start()
  await logIn(page, admin, gavel.url)
  await paste(page, marked(marker('keys'), 5), gavel.url)
  await open(`${gavel.url}/review?order=newest`)
  const at = (id: number) => page.locator(`[data-open-detection="${id}"]`)
  await expect(at(5)).toBeVisible()
  await expectAccessible(page, '/review')
  await page.keyboard.press('s')
  await expect(at(4)).toBeVisible()
  await page.keyboard.press('j')
  await expect(at(3)).toBeVisible()
  await page.keyboard.press('h')
  await expect(at(2)).toBeVisible()
  await expect(page.getByText('2 reviewed today · 3 left')).toBeVisible()
  await page.keyboard.press('u')
  await expect(page.getByText('Undone.').first()).toBeAttached()
  // What was taken back is on the desk again.
  await expect(at(3)).toBeVisible()
  await expect(page.getByText('1 reviewed today · 4 left')).toBeVisible()
  await open(`${gavel.url}/review?order=newest`)
  await expect(page.getByText('1 reviewed today · 4 left')).toBeVisible()
  await gavel.remove()
})
