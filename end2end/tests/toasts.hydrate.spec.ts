// What one has just done, and its undo.

import { marked, marker, matches, paste, row, searching } from '../fixtures/desk.js'
import { expect, test, type Page } from '../fixtures/test.js'

const toasts = (page: Page) => page.getByRole('region', { name: 'Undo' })

test('a toast says which message it is about, one for a message, and all are undone at once', async ({ page, open }) => {
  const word = marker('toast')
  await paste(page, marked(word, 3))
  await open(searching(word))
  await row(page, 0).getByRole('button', { name: /as Ham$/ }).click()
  await expect(toasts(page).locator('[data-toast]').filter({ hasText: `${word} message number 2` })).toHaveCount(1)
  // Whoever changes their mind has one toast.
  await row(page, 0).getByRole('button', { name: /as Spam$/ }).click()
  await expect(toasts(page).locator('[data-toast]').filter({ hasText: word })).toContainText(['Marked as spam.'])
  await row(page, 1).getByRole('button', { name: /as Ham$/ }).click()
  await expect(toasts(page).locator('[data-toast]').filter({ hasText: word })).toHaveCount(2)
  const seconds = await toasts(page).getByText(/^Will be sent in \d+ s$/).allTextContents()
  for (const text of seconds) expect(Number(/\d+/.exec(text)![0])).toBeLessThanOrEqual(10)
  await toasts(page).getByRole('button', { name: /^Undo all/ }).click()
  await expect(toasts(page).locator('[data-said]'), 'what came of it is seen, too').toHaveText('Undone.')
  // Where she had changed her mind, her word before stands again.
  await expect(row(page, 0)).toContainText('ham by Ana')
  await expect(row(page, 1)).not.toContainText('by Ana')
  await expect.poll(() => matches(page, `${word} label:ham`)).toBe(1)
  await expect.poll(() => matches(page, `${word} is:labelled`)).toBe(1)
})

test('Undo works before its code has come: the form is sent by itself', async ({ page, open }) => {
  const word = marker('early')
  await paste(page, marked(word, 1))
  await open(searching(word))
  await row(page, 0).getByRole('button', { name: /as Spam$/ }).click()
  await expect.poll(() => matches(page, `${word} label:spam`)).toBe(1)
  // It never comes.
  await page.route('**/*gavel_later*', () => {})
  await open('/rules')
  await toasts(page).locator('[data-toast]').filter({ hasText: word }).getByRole('button', { name: 'Undo' }).click()
  await expect.poll(() => matches(page, `${word} label:spam`)).toBe(0)
})
