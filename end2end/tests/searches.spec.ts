// Saved searches: in the sidebar with counts, for everybody; renamed and deleted. With and without JavaScript.

import { marked, marker, paste, rows, searching } from '../fixtures/desk.js'
import { expect, test } from '../fixtures/test.js'

test('a search is saved, found in the sidebar, renamed and deleted', async ({ page, open }) => {
  const word = marker('saved')
  await paste(page, marked(word, 3))
  await open(searching(word))
  await page.getByText('Save this search').click()
  await page.getByLabel('Name of the search').fill(`Garden ${word}`)
  await page.getByRole('button', { name: 'Save for the team' }).click()
  const link = page.getByRole('group', { name: 'Saved searches' }).getByRole('link', { name: `Garden ${word}` })
  await expect(link).toContainText('3')

  await open('/stats')
  await link.click()
  await expect(rows(page)).toHaveCount(3)
  await page.getByText(`Saved as “Garden ${word}” by Ana`).click()
  await page.getByLabel('New name of the search').fill(`Weeds ${word}`)
  await page.getByRole('button', { name: 'Rename' }).click()
  await expect(page.getByRole('group', { name: 'Saved searches' }).getByRole('link', { name: `Weeds ${word}` })).toBeVisible()
  await page.getByText(`Saved as “Weeds ${word}” by Ana`).click()
  await page.getByRole('button', { name: 'Delete for everybody' }).click()
  await expect(page.getByRole('link', { name: `Weeds ${word}` })).toHaveCount(0)
})

test('a name that is taken is refused with a reason', async ({ page, open }) => {
  const word = marker('taken')
  await paste(page, marked(word, 1))
  for (const [q, refused] of [[word, false], [`${word} garden`, true]] as const) {
    await open(searching(q))
    await page.getByText('Save this search').click()
    await page.getByLabel('Name of the search').fill(`Twice ${word}`)
    await page.getByRole('button', { name: 'Save for the team' }).click()
    if (refused) {
      await expect(page.getByRole('alert').first()).toContainText('There is a saved search of this name already.')
      await expect(page.getByLabel('Name of the search')).toHaveValue(`Twice ${word}`)
    }
    else await expect(page.getByText(`Saved as “Twice ${word}” by Ana`)).toBeVisible()
  }
})
