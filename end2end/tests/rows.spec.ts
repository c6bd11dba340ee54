// Labelling from the list: one row, a selection, all that match; and taking it back. With and without JavaScript.

import { marked, marker, log, paste, row, rows, searching } from '../fixtures/desk.js'
import { expect, test } from '../fixtures/test.js'

test('a row is labelled by its button, and undone', async ({ page, open }) => {
  const word = marker('single')
  await paste(page, marked(word, 2))
  await open(searching(word))
  await row(page, 0).getByRole('button', { name: /as ham$/i }).click()
  await expect(row(page, 0)).toContainText(/(Confirmed|Corrected to) ham by Ana/)
  await expect(row(page, 1)).not.toContainText(/by Ana/)
  await page.getByRole('region', { name: 'Undo' }).getByRole('button', { name: 'Undo' }).last().click()
  await expect(row(page, 0)).not.toContainText(/by Ana/)
})

test('a selection is labelled with one action, and undone with one', async ({ page, open }) => {
  const word = marker('several')
  await paste(page, marked(word, 4))
  await open(searching(word))
  for (const index of [0, 2]) await row(page, index).getByRole('checkbox').check()
  await log(page).getByRole('group', { name: 'For the selection' }).getByRole('button', { name: 'Spam' }).click()
  await expect(rows(page).filter({ hasText: 'by Ana' })).toHaveCount(2)
  await expect(row(page, 1)).not.toContainText('by Ana')
  const toast = page.getByRole('region', { name: 'Undo' })
  await expect(toast).toContainText('Marked 2 as spam.')
  await toast.getByRole('button', { name: 'Undo' }).last().click()
  await expect(rows(page).filter({ hasText: 'by Ana' })).toHaveCount(0)
})

test('nothing selected is said so', async ({ page, open }) => {
  const word = marker('none')
  await paste(page, marked(word, 1))
  await open(searching(word))
  await log(page).getByRole('group', { name: 'For the selection' }).getByRole('button', { name: 'Ham' }).click()
  await expect(page.getByRole('alert')).toContainText('Select some detections first.')
})

test('all that match are counted, confirmed above 50, labelled, and undone as one', async ({ page, open }) => {
  const word = marker('all')
  await paste(page, marked(word, 60))
  await open(searching(word))
  await log(page).getByText('All 60 that match this search').click()
  const group = log(page).getByRole('group', { name: 'For all 60 that match' })
  await group.getByRole('button', { name: 'Ham' }).click()
  await expect(page.getByRole('alert')).toContainText('Tick the box')
  if (!await group.isVisible()) await log(page).getByText('All 60 that match this search').click()
  await log(page).getByLabel('I mean all 60 of them').check()
  await group.getByRole('button', { name: 'Ham' }).click()
  const toast = page.getByRole('region', { name: 'Undo' })
  await expect(toast).toContainText('Marked 60 as ham.')
  await expect(rows(page).filter({ hasText: 'by Ana' })).toHaveCount(50)
  await open(searching(`${word} label:ham`))
  await expect(log(page)).toContainText('60 detections')

  await page.getByRole('region', { name: 'Undo' }).getByRole('button', { name: 'Undo' }).last().click()
  await expect(rows(page).filter({ hasText: 'by Ana' })).toHaveCount(0)
  await open(searching(`${word} label:ham`))
  await expect(page.getByText('Nothing matches this search.')).toBeVisible()
})
