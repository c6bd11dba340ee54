// axe runs as a script in the page, so these need JavaScript.

import { expect, expectAccessible, test } from '../fixtures/test.js'

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(`in ${colorScheme}`, () => {
    test.use({ colorScheme })

    for (const path of ['/', '/check', '/detections', '/imports', '/imports/new', '/stats', '/health', '/settings', '/no-such-page']) {
      test(`axe finds nothing on ${path}`, async ({ page, open }) => {
        await open(path)
        await expectAccessible(page, path)
      })
    }

    test('axe finds nothing on a verdict, on wrong fields, and on a detection with its label', async ({ page, open }) => {
      await open('/check')
      await page.getByRole('button', { name: 'Check', exact: true }).click()
      await expect(page.getByText('Nothing was sent.')).toBeVisible()
      await expectAccessible(page, '/check with a wrong field')
      await page.getByRole('link', { name: 'Spam sample' }).click()
      await page.getByRole('button', { name: 'Check', exact: true }).click()
      await expect(page.getByRole('article', { name: 'Verdict' })).toBeVisible()
      await expectAccessible(page, '/check with a verdict')
      await page.getByRole('link', { name: 'Open in the log' }).click()
      await page.getByRole('button', { name: 'Mark as ham' }).click()
      await expect(page.getByRole('button', { name: 'Undo' }).first()).toBeVisible()
      await expectAccessible(page, '/detections/:id with a label and a toast')
    })

    test.describe('before log-in', () => {
      test.use({ storageState: { cookies: [], origins: [] } })
      test('axe finds nothing on /login', async ({ page, open }) => {
        await open('/login')
        await expectAccessible(page, '/login')
      })
    })
  })
}
