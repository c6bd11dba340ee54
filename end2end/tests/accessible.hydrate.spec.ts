// axe runs as a script in the page, so these need JavaScript.

import { becomes, bring, csv, labelledTable, numberOf } from '../fixtures/imports.js'
import { admin, expect, expectAccessible, Gavel, logIn, test } from '../fixtures/test.js'
import { Upstream } from '../fixtures/upstream.js'

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(`in ${colorScheme}`, () => {
    test.use({ colorScheme })

    for (const path of ['/', '/check', '/detections', '/imports', '/imports/new', '/stats', '/health', '/rules', '/rules?of=email%3A*', '/settings', '/settings/callbacks', '/settings/wordpress', '/settings/connect', '/settings/people', '/settings/privacy', '/settings/reasons', '/settings/audit', '/account', '/no-such-page']) {
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

    test('axe finds nothing at any stage of an import', async ({ page, open }) => {
      test.slow()
      await open('/imports/new')
      await bring(page, 'labels.example.com', csv('desk.csv', labelledTable(`axe${colorScheme}`)))
      await page.getByLabel('Column with spam or not').selectOption('Desk')
      await page.getByLabel('Use them as my decisions').check()
      await page.getByRole('button', { name: 'Update the preview' }).click()
      await expect(page.getByText('known to be').first()).toBeVisible()
      await expectAccessible(page, '/imports/:id with columns')
      await page.getByRole('button', { name: 'Calculate the cost' }).click()
      await becomes(page, 'What it costs', true)
      await expectAccessible(page, '/imports/:id with the cost')
      await page.getByRole('button', { name: /^Check \d+ rows/ }).click()
      await becomes(page, 'Labels of the file, beside the verdicts', true)
      await expect(page.getByRole('region', { name: /^1 failed rows?$/ })).toBeVisible()
      await page.getByText('Show as a table').click()
      await expectAccessible(page, '/imports/:id done, with failed rows and labels')
      await page.getByRole('button', { name: 'Take these labels back' }).click()
      await expect(page.getByText(/labels were taken back/)).toBeVisible()
      await expectAccessible(page, '/imports/:id with its labels taken back')
    })

    test.describe('when the quota does not suffice', () => {
      test.use({ storageState: { cookies: [], origins: [] } })

      test('axe finds nothing on an import that stopped, waits, and is cancelled', async ({ page, open }, info) => {
        test.slow()
        const upstream = await new Upstream().start()
        const gavel = new Gavel(`accessible-${info.workerIndex}`, ['--activelayer-api-key', 'k', '--activelayer-base-url', upstream.url])
        try {
          upstream.used = upstream.quota - 5
          gavel.addUser(admin)
          await gavel.start()
          await logIn(page, admin, gavel.url)
          await open(`${gavel.url}/imports/new`)
          await bring(page, 'labels.example.com', csv('desk.csv', labelledTable('stopped')))
          const id = await numberOf(page)
          await page.getByRole('button', { name: 'Calculate the cost' }).click()
          await becomes(page, 'What it costs', true)
          await expect(page.getByText('The quota does not suffice')).toBeVisible()
          await expectAccessible(page, '/imports/:id with too little quota')
          await page.getByLabel('wait for the next period').check()
          await page.getByRole('button', { name: /^Check \d+ rows/ }).click()
          await becomes(page, 'Waiting', true)
          await expectAccessible(page, '/imports/:id waiting')
          await page.getByRole('button', { name: 'Pause' }).click()
          await becomes(page, 'Paused', true)
          await open(`${gavel.url}/imports/${id}`)
          await expect(page.getByRole('region', { name: /^1 failed rows?$/ })).toBeVisible()
          await expectAccessible(page, '/imports/:id paused')
          await page.getByRole('button', { name: 'Cancel this import' }).click()
          await becomes(page, 'Cancelled', true)
          await expectAccessible(page, '/imports/:id cancelled')
          await open(`${gavel.url}/imports`)
          await expectAccessible(page, '/imports with one in it')
        } finally {
          await gavel.remove()
          await upstream.stop()
        }
      })
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
