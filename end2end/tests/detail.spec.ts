// The detail of a detection: its message made safe, what else is known, its story, notes. With and without JavaScript.

import { expect, test, type Page } from '../fixtures/test.js'

async function check(page: Page, open: (path: string) => Promise<unknown>, message: string, email = ''): Promise<void> {
  await open('/check')
  await page.getByLabel('Message', { exact: true }).fill(message)
  if (email) {
    await page.getByText('Sender and source').click()
    await page.getByLabel('E-mail').fill(email)
  }
  await page.getByRole('button', { name: 'Check', exact: true }).click()
  await page.getByRole('link', { name: 'Open in the log' }).click()
  await expect(page.getByRole('heading', { name: /^Detection \d+$/ })).toBeVisible()
}

const pane = (page: Page) => page.getByRole('region', { name: 'Detection' })

test('a message is shown as text: addresses defanged, the invisible visible, evidence marked', async ({ page, open }) => {
  await check(page, open, 'Please buy our verified leads before the end of this week, and tell everybody about them: they are at http://cheap-leads.biz/offer or www.leads.example \u202Egnp.exe\u200B\u200B\u200B <b>bold</b>')
  const text = pane(page).locator('.font-text')
  await expect(text).toContainText('hxxp://cheap-leads[.]biz/offer')
  await expect(text).toContainText('www[.]leads[.]example')
  await expect(text).toContainText('<b>bold</b>')
  await expect(text.getByTitle('right-to-left override')).toHaveText('U+202E')
  await expect(text.getByTitle('zero-width space')).toHaveText('U+200B×3')
  await expect(text.locator('mark').first()).toHaveAttribute('title', /\w+/)
  await expect(pane(page).getByRole('heading', { name: /^Message/ })).toContainText('English')
  await expect(text.locator('[lang=en]')).toHaveCount(1)
  // Gavel's own pages may have it in their address: a rule, all of a sender.
  expect(await pane(page).locator('a[href*="leads"]:not([href^="/rules?"])').count()).toBe(0)
})

test('a long message is cut, and shown whole by a link', async ({ page, open }) => {
  await check(page, open, `${'word '.repeat(900)}and the very last words`)
  const text = pane(page).locator('.font-text')
  await expect(text).not.toContainText('the very last words')
  await text.getByRole('link', { name: 'Show all (4,523 characters)' }).click()
  await expect(text).toContainText('the very last words')
  await expect(text.getByRole('link', { name: /Show all/ })).toBeHidden()
})

test('similar messages and the history of the sender are found', async ({ page, open }) => {
  const template = (name: string) => `Dear ${name}, our quarterly platinum newsletter about gardening equipment arrives tomorrow morning`
  await check(page, open, template('Quentin'), 'gardener@plants.example')
  await check(page, open, template('Rosalind'), 'gardener@plants.example')
  await check(page, open, template('Rosalind'), 'gardener@plants.example')
  await expect(pane(page)).toContainText('The same text came once more.')
  await expect(pane(page).getByRole('listitem').filter({ hasText: 'same text' })).toHaveCount(1)
  await expect(pane(page).getByRole('listitem').filter({ hasText: /\d\d % alike/ })).toHaveCount(1)
  await pane(page).getByRole('link', { name: '3 detections' }).click()
  await expect(page).toHaveURL(url => new URL(url).searchParams.get('q') === 'email:gardener@plants.example')
  await expect(page.getByRole('region', { name: 'Log' }).getByRole('link', { name: /quarterly platinum/ })).toHaveCount(3)
})

test('notes are kept with who wrote them, and are text', async ({ page, open }) => {
  await check(page, open, 'A message that wants a note')
  await expect(pane(page)).toContainText('None yet. Notes stay in this log')
  await pane(page).getByLabel('Add a note').fill('Asked the shop,\n<script>alert(1)</script> waits')
  await pane(page).getByRole('button', { name: 'Add note' }).click()
  await expect(pane(page)).toContainText('<script>alert(1)</script> waits')
  await expect(pane(page).getByLabel('Add a note')).toHaveValue('')
  await page.reload()
  await expect(pane(page).getByRole('listitem').filter({ hasText: 'Asked the shop,' })).toContainText('Ana')
})

test('request and answer are there as JSON', async ({ page, open }) => {
  await check(page, open, 'What goes over the wire?', 'asker@example.org')
  await pane(page).getByText('Raw request').click()
  await expect(pane(page)).toContainText('"message": "What goes over the wire?"')
  await expect(pane(page)).toContainText('"email": "asker@example.org"')
  await pane(page).getByText('Raw answer').click()
  await expect(pane(page)).toContainText('"total_score":')
  await expect(pane(page)).not.toContainText('api_key')
})

test('blur hides text until it is pointed at, and is remembered', async ({ page, open }) => {
  await check(page, open, 'Nothing for the faint of heart')
  const text = pane(page).locator('.font-text .hostile')
  const filter = () => text.evaluate(element => getComputedStyle(element).filter)
  expect(await filter()).toBe('none')
  await pane(page).getByRole('button', { name: 'Blur' }).click()
  await expect(pane(page).getByRole('button', { name: 'Blur' })).toHaveAttribute('aria-pressed', 'true')
  await page.mouse.move(0, 0)
  await expect.poll(filter).toMatch(/blur/)
  await text.hover()
  await expect.poll(filter).toBe('none')
  await page.mouse.move(0, 0)
  await text.focus()
  expect(await filter()).toBe('none')
  // A fresh page is blurred from its first byte.
  await open(new URL(page.url()).pathname)
  expect(await page.locator('[data-blur]').count()).toBe(1)
  await pane(page).getByRole('button', { name: 'Blur' }).click()
  await expect(pane(page).getByRole('button', { name: 'Blur' })).toHaveAttribute('aria-pressed', 'false')
})
