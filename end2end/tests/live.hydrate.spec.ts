// What arrives while the log is open waits behind a button, and a hidden page hears nothing.

import { marked, marker, paste, row, rows, searching } from '../fixtures/desk.js'
import { expect, test, type Gavel } from '../fixtures/test.js'

async function send(gavel: Gavel, secret: string, message: string): Promise<void> {
  const answer = await fetch(`${gavel.url}/api/v1/check`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
    body: JSON.stringify({ message }),
  })
  expect(answer.status, await answer.text()).toBe(200)
}

test('new detections that match wait behind "2 new"; the list does not move until it is asked to', async ({ page, open, gavel }) => {
  const word = marker('live')
  const secret = gavel.createToken(word, 'blog.example.com')
  await paste(page, marked(word, 2))
  // Its answer has begun: from now on the server tells of what arrives.
  const listening = page.waitForResponse('**/events?*')
  await open(searching(word))
  await listening
  await expect(rows(page)).toHaveCount(2)
  await send(gavel, secret, `${word} one more about the garden`)
  await expect(page.getByRole('button', { name: '1 new' })).toBeVisible()
  await send(gavel, secret, 'something else that nobody searches for')
  await send(gavel, secret, `${word} and another about the garden`)
  await expect(page.getByRole('button', { name: '2 new' })).toBeVisible()
  await expect(rows(page)).toHaveCount(2)
  await page.getByRole('button', { name: '2 new' }).click()
  await expect(rows(page)).toHaveCount(4)
  await expect(row(page, 0)).toContainText('and another')
  await expect(page.getByRole('button', { name: /new$/ })).toHaveCount(0)
})

test('what arrives while a page is on its way is told once it listens', async ({ page, open, gavel }) => {
  const word = marker('between')
  const secret = gavel.createToken(word, 'blog.example.com')
  await paste(page, marked(word, 1))
  // Written before, and listening only after it.
  await page.route('**/events?*', async route => {
    await send(gavel, secret, `${word} in between`)
    await route.continue()
  }, { times: 1 })
  await open(searching(word))
  await expect(page.getByRole('button', { name: '1 new' })).toBeVisible()
})

test('a hidden page closes its stream, and catches up when it is looked at again', async ({ page, open, gavel }) => {
  const word = marker('hidden')
  const secret = gavel.createToken(word, 'blog.example.com')
  await paste(page, marked(word, 1))
  const listening = page.waitForResponse('**/events?*')
  await open(searching(word))
  const stream = (await listening).request()
  const look = (hidden: boolean) => page.evaluate(hidden => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden })
    document.dispatchEvent(new Event('visibilitychange'))
  }, hidden)
  const closed = page.waitForEvent('requestfailed', request => request === stream)
  await look(true)
  await closed
  await send(gavel, secret, `${word} while nobody looks`)
  await expect(page.getByRole('button', { name: /new$/ })).toHaveCount(0)
  const again = page.waitForResponse('**/events?*')
  await look(false)
  await again
  await expect(page.getByRole('button', { name: '1 new' })).toBeVisible()
})
