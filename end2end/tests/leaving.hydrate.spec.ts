// Leaving a page while what was decided there is still on its way.

import { marked, marker, matches, paste, row, searching } from '../fixtures/desk.js'
import { expect, test } from '../fixtures/test.js'

test('the browser asks before a page is left whose label has not come to the server yet', async ({ page, open }) => {
  const word = marker('leaving')
  await paste(page, marked(word, 2))
  await open(searching(word))
  let letGo = () => {}
  const held = new Promise<void>(resolve => { letGo = resolve })
  await page.route('**/fn/labels/set', async route => { await held; await route.continue() })
  const asked = page.waitForRequest('**/fn/labels/set')
  await row(page, 0).getByRole('button', { name: /Spam/ }).first().click()
  await asked

  const question = page.waitForEvent('dialog')
  await page.close({ runBeforeUnload: true })
  const dialog = await question
  expect(dialog.type()).toBe('beforeunload')
  await dialog.dismiss()

  letGo()
  await expect.poll(() => matches(page, `${word} label:spam`)).toBe(1)
  await expect(page.getByText('Marked as spam.').first()).toBeAttached()
  const closed = page.waitForEvent('close')
  await page.close({ runBeforeUnload: true })
  await closed
})
