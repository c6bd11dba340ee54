// Rules: made by hand and from a row, tried on the past, watched, removed. With and without JavaScript.

import { check } from '../fixtures/desk.js'
import { expect, test, type Page } from '../fixtures/test.js'

const list = (page: Page) => page.getByRole('region', { name: 'Rules in the order in which they are tried' })
const form = (page: Page) => page.getByRole('region', { name: 'Make a rule' })

test('a rule is made by hand, decides, and decides no more once it is removed', async ({ page, open }, info) => {
  const sender = `win-${info.workerIndex}-${info.retry}@rules.example`
  await open('/rules')
  await form(page).getByLabel('What it applies to').fill(`email:${sender}`)
  await form(page).getByLabel('What it does').selectOption('always spam')
  await form(page).getByLabel('Why').fill('sends the same every day')
  await form(page).getByRole('button', { name: 'Make rule' }).click()
  await expect(form(page)).toContainText(/Rule \d+ is made/)
  const row = list(page).getByRole('listitem').filter({ hasText: sender })
  await expect(row).toContainText('always spam')
  await expect(row).toContainText('sends the same every day')

  await expect(async () => {
    await check(page, open, 'A harmless question about the opening hours.', sender)
    await expect(page.getByText('decided about it.')).toBeVisible({ timeout: 500 })
  }).toPass()
  await expect(page.getByText('Score 100.0 of 100')).toBeVisible()

  await open('/rules')
  await expect(row).toContainText(/Applied [1-9]/)
  await row.getByRole('button', { name: /^Only watch/ }).click()
  await expect(row).toContainText('Only watched')
  await row.getByRole('button', { name: /^Remove/ }).click()
  await expect(row).toHaveCount(0)
})

test('a rule is made from a row, with what it would have done', async ({ page, open }, info) => {
  const sender = `offer-${info.workerIndex}-${info.retry}@row.example`
  await check(page, open, 'Cheap loans for everybody, sign today.', sender)
  await page.getByText('Make a rule of it').click()
  await page.getByRole('listitem').filter({ hasText: 'from this sender' }).getByRole('link', { name: 'never spam' }).click()
  await expect(page).toHaveURL(/\/rules\?q=email/)
  await expect(form(page).getByLabel('What it applies to')).toHaveValue(`email:${sender}`)
  await expect(form(page).getByLabel('What it does')).toHaveValue('ham')
  await expect(page.getByRole('region', { name: /What this would have done/ })).toContainText('1 submissions')
})

test('a search that no rule can use says why, and keeps what was typed', async ({ page, open }) => {
  await open('/rules')
  await form(page).getByLabel('What it applies to').fill('casino score:>80')
  await form(page).getByLabel('Why').fill('kept')
  await form(page).getByRole('button', { name: 'Make rule' }).click()
  await expect(form(page)).toContainText('asks about the verdict')
  await expect(form(page).getByLabel('What it applies to')).toHaveValue('casino score:>80')
  await expect(form(page).getByLabel('Why')).toHaveValue('kept')
})

test('labels that say otherwise ask for a second look', async ({ page, open }, info) => {
  const word = `gardening${info.workerIndex}x${info.retry}`
  await check(page, open, `Our ${word} club meets on Monday.`, 'club@example.org')
  const pane = page.getByRole('region', { name: 'Detection' })
  await pane.getByRole('button', { name: /spam/i }).first().click()
  await expect(pane.getByText(/Confirmed spam|Corrected to spam/)).toBeVisible()
  await open('/rules')
  await form(page).getByLabel('What it applies to').fill(word)
  await form(page).getByLabel('What it does').selectOption('never spam')
  await form(page).getByRole('button', { name: 'Make rule' }).click()
  await expect(form(page)).toContainText('labelled some of these otherwise')
  // With a script, whatever reads the list of rules again has done so by now.
  await page.waitForTimeout(500)
  await expect(form(page).getByLabel('What it does')).toHaveValue('ham')
  await form(page).getByLabel('I have looked at them').check()
  await form(page).getByRole('button', { name: 'Make rule' }).click()
  await expect(form(page)).toContainText(/Rule \d+ is made/)
  const row = list(page).getByRole('listitem').filter({ hasText: word })
  // The offer to undo the label lies above it, on a page without a script until the time for that is over.
  await expect(async () => {
    await open('/rules')
    await row.getByRole('button', { name: /^Remove/ }).click({ timeout: 500 })
  }).toPass()
  await expect(row).toHaveCount(0)
})

test('a file of rules is looked at, and what can be read of it is made', async ({ page, open }, info) => {
  const word = `lamp${info.workerIndex}x${info.retry}${info.project.name.length}`
  await open('/rules')
  await page.getByText('Make rules from a file').click()
  await page.getByLabel('A search a line').fill(`link:${word}.test\nlabel:spam\n${word}`)
  await page.getByRole('button', { name: 'Preview' }).click()
  await expect(page.getByText('2 rules can be made; 0 are there already.')).toBeVisible()
  await expect(page.getByText('Line 2: label: asks for what happens only later')).toBeVisible()
  await page.getByRole('button', { name: 'Make those that can be read' }).click()
  await expect(page.getByText('2 rules are made; 0 were there already.')).toBeVisible()
  await open('/rules')
  await page.getByText('Make rules from a file').click()
  await page.getByLabel('or a file').setInputFiles({ name: 'rules.txt', mimeType: 'text/plain', buffer: Buffer.from(word) })
  await page.getByRole('button', { name: 'Preview' }).click()
  await expect(page.getByText('0 rules can be made; 1 are there already.')).toBeVisible()
})
