// axe runs as a script in the page, so these need JavaScript.

import { expectAccessible, test } from '../fixtures/test.js'

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(`in ${colorScheme}`, () => {
    test.use({ colorScheme })

    for (const path of ['/', '/check', '/detections', '/stats', '/settings', '/no-such-page']) {
      test(`axe finds nothing on ${path}`, async ({ page, open }) => {
        await open(path)
        await expectAccessible(page, path)
      })
    }

    test.describe('before log-in', () => {
      test.use({ storageState: { cookies: [], origins: [] } })
      test('axe finds nothing on /login', async ({ page, open }) => {
        await open('/login')
        await expectAccessible(page, '/login')
      })
    })
  })
}
