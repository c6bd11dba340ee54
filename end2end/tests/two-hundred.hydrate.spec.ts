// Speed: two hundred decisions by keyboard, none lost on the way to the database or upstream.

import { marked, marker, paste, row, rows, searching } from '../fixtures/desk.js'
import { admin, expect, Gavel, logIn, test } from '../fixtures/test.js'
import { Upstream } from '../fixtures/upstream.js'

test.use({ storageState: { cookies: [], origins: [] } })

test('200 detections are labelled by keyboard, and every label arrives', async ({ page, open }, info) => {
  test.setTimeout(180_000)
  const upstream = await new Upstream().start()
  const gavel = new Gavel(`speed-${info.workerIndex}`, [
    '--activelayer-api-key', 'sk-test', '--activelayer-base-url', upstream.url,
    '--upstream-per-minute', '100000', '--feedback-undo', '1s',
  ])
  gavel.addUser(admin)
  await gavel.start()
  await logIn(page, admin, gavel.url)
  const word = marker('speed')
  await paste(page, marked(word, 200), gavel.url)

  await open(gavel.url + searching(word))
  const started = Date.now()
  for (let done = 0; done < 200; done += 50) {
    await expect(rows(page)).toHaveCount(50)
    await page.keyboard.press('j')
    await expect(row(page, 0).getByRole('link')).toBeFocused()
    for (let index = 0; index < 50; index++) await page.keyboard.press(index % 5 ? 's' : 'h')
    await expect(rows(page).filter({ hasText: 'by Ana' })).toHaveCount(50)
    if (done < 150) {
      const first = await row(page, 0).getAttribute('data-row')
      await page.getByRole('link', { name: 'Older →' }).click()
      await expect(row(page, 0)).not.toHaveAttribute('data-row', first ?? '')
    }
  }
  await expect(page.getByText('saving…')).toHaveCount(0)
  const took = Date.now() - started
  console.log(`200 labels by keyboard: ${(took / 1000).toFixed(1)} s`)
  // The aim is 60 s on a machine that does nothing else; here another browser works beside this one.
  expect(took).toBeLessThan(120_000)

  for (const [q, count] of [['label:spam', 160], ['label:ham', 40]] as const) {
    await open(gavel.url + searching(`${word} ${q}`))
    await expect(page.getByText(`${count} detections`)).toBeVisible()
  }
  await expect.poll(() => upstream.feedback.length, { timeout: 60_000 }).toBe(200)
  expect(new Set(upstream.feedback.map(one => one?.detection_id)).size).toBe(200)
  expect(upstream.feedback.filter(one => one?.is_spam).length).toBe(160)
  await gavel.remove()
  await upstream.stop()
})
