// Labelling from the list: one row, a selection, all that match; and taking it back. With and without JavaScript.

import { marked, marker, log, paste, row, rows, searching } from '../fixtures/desk.js'
import { expect, test } from '../fixtures/test.js'

/** Bytes of the log's HTML with fifty rows of one line. */
const HTML_MAX = 100_000

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

test('what is for the selection shows with one, and moves no row; without JavaScript it is there, and says that nothing is selected', async ({ page, open, javaScriptEnabled }) => {
  const word = marker('none')
  await paste(page, marked(word, 2))
  await open(searching(word))
  const bar = page.getByRole('group', { name: 'For the selection' })
  if (javaScriptEnabled === false) {
    await bar.getByRole('button', { name: 'Ham' }).click()
    await expect(page.getByRole('alert')).toContainText('Select some detections first.')
    return
  }
  await expect(bar).toBeHidden()
  const before = await row(page, 0).boundingBox()
  await row(page, 0).getByRole('checkbox').check()
  await expect(bar).toBeVisible()
  await expect(bar.getByRole('button', { name: 'Recheck' }), 'its price is told before').toContainText('1 check')
  expect(await row(page, 0).boundingBox()).toEqual(before)
  await row(page, 0).getByRole('checkbox').uncheck()
  await expect(bar).toBeHidden()
})

test('fifty rows are a small page', async ({ page, open }) => {
  const word = marker('small')
  await paste(page, marked(word, 50))
  await open(searching(word))
  await expect(rows(page)).toHaveCount(50)
  const html = await (await page.request.get(searching(word))).text()
  console.log(`${Buffer.byteLength(html)} bytes of HTML for fifty rows`)
  expect(Buffer.byteLength(html)).toBeLessThanOrEqual(HTML_MAX)
})

test('all that match are counted, confirmed above 50, labelled, and undone as one', async ({ page, open }) => {
  const word = marker('all')
  await paste(page, marked(word, 60))
  await open(searching(word))
  await log(page).getByText('Act on all 60 results').click()
  const group = log(page).getByRole('group', { name: 'For all 60 results' })
  await group.getByRole('button', { name: 'Ham' }).click()
  await expect(page.getByRole('alert')).toContainText('Tick the box')
  if (!await group.isVisible()) await log(page).getByText('Act on all 60 results').click()
  await log(page).getByLabel('Yes, all 60').check()
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
