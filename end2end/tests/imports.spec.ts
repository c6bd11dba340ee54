// The whole wizard, from file to log, with and without JavaScript.

import { readFileSync } from 'node:fs'
import { expect, test, type Page } from '../fixtures/test.js'

const table = (mark: string, rows: number) => 'Author mail,Comment text,Seen\n' + Array.from({ length: rows }, (_, row) =>
  row % 3 === 0
    ? `seller${row}@cheap.example,"Buy cheap pills now, ${mark} offer ${row}: http://cheap-leads.biz/${row} click here","2025-02-0${row % 9 + 1}"\n`
    : `reader${row}@example.com,"Thanks for article ${row}, ${mark}: it helped me a lot with the garden","2025-02-0${row % 9 + 1}"\n`).join('')

/** Looks until the page says so; without JavaScript it is loaded again. */
async function becomes(page: Page, heading: string, script: boolean | undefined) {
  const there = page.getByRole('heading', { name: heading, exact: true })
  if (script !== false) return expect(there).toBeVisible()
  await expect(async () => {
    await page.reload()
    await expect(there).toBeVisible({ timeout: 500 })
  }).toPass({ timeout: 15_000 })
}

test('a file becomes detections: columns, cost, start, results', async ({ page, open, javaScriptEnabled }, info) => {
  // Eight pages one after the other.
  test.slow()
  const mark = `w${info.workerIndex}${info.retry}${javaScriptEnabled}`
  await open('/imports')
  await page.getByRole('link', { name: 'New import' }).click()
  await page.getByLabel(/^Site/).fill('garden.example.com')
  const text = table(mark, 30) + 'nobody@example.com,,2025-02-01\n' + `twice@example.com,"Thanks for article 1, ${mark}: it helped me a lot with the garden",2025-02-02\n`
  await page.getByLabel(/^File/).setInputFiles({ name: 'comments.csv', mimeType: 'text/csv', buffer: Buffer.from(text) })
  await page.getByRole('button', { name: 'Look at it' }).click()

  await expect(page.getByRole('heading', { level: 1 })).toContainText('Import')
  await expect(page.getByLabel('Message', { exact: true })).toHaveValue('Comment text')
  await expect(page.getByLabel('E-mail address')).toHaveValue('Author mail')
  const preview = page.getByRole('region', { name: 'The first rows, as they will be checked' })
  await expect(preview).toContainText('Buy cheap pills now')
  await expect(preview).toContainText('line 2')
  await page.getByRole('button', { name: 'Read the rows and show the cost' }).click()

  await becomes(page, 'What it costs', javaScriptEnabled)
  const cost = page.getByRole('region', { name: 'What it costs' })
  await expect(cost).toContainText(/Rows in the file\s*32/)
  await expect(cost).toContainText(/the same text further up\s*1/)
  await expect(cost).toContainText(/Not readable\s*1/)
  await expect(cost).toContainText(/Checks needed\s*30/)
  await expect(cost).toContainText(/checks of the quota are left now/)
  await page.getByRole('button', { name: 'Check 30 rows' }).click()

  await becomes(page, 'Results', javaScriptEnabled)
  await expect(page.getByText('30 of 31 rows').or(page.getByText('31 of 31 rows'))).toBeVisible()
  const failed = page.getByRole('region', { name: '1 failed rows' })
  await expect(failed).toContainText('line 32')
  const [download] = await Promise.all([page.waitForEvent('download'), failed.getByRole('link', { name: /Download/ }).click()])
  expect(download.suggestedFilename()).toMatch(/^gavel-import-\d+-failed\.csv$/)
  const back = readFileSync(await download.path(), 'utf8')
  expect(back.split('\n')[0]).toBe('Author mail,Comment text,Seen,error')
  expect(back).toContain('nobody@example.com,,2025-02-01,')

  const results = page.getByRole('region', { name: 'Results' })
  await expect(results).toContainText('30 checked rows are spam')
  await expect(results.getByRole('img', { name: /Rows by score/ })).toBeVisible()
  await results.getByRole('link', { name: 'Open in Detections' }).click()
  await expect(page).toHaveURL(/q=import(%3A|:)\d+/)
  await expect(page.getByRole('main')).toContainText(mark)

  // What was chosen for the site is chosen again; the log has the texts.
  await open('/imports/new')
  await page.getByLabel(/^Site/).fill('garden.example.com')
  await page.getByLabel(/paste/).fill(table(mark, 6))
  await page.getByRole('button', { name: 'Look at it' }).click()
  await expect(page.getByLabel('Message', { exact: true })).toHaveValue('Comment text')
  await page.getByRole('button', { name: 'Read the rows and show the cost' }).click()
  await becomes(page, 'What it costs', javaScriptEnabled)
  await expect(cost).toContainText(/the log has the text\s*6/)
  await page.getByRole('button', { name: 'Back to columns and choices' }).click()
  await page.getByLabel('Leave out texts that the log has already').uncheck()
  await page.getByLabel('Message', { exact: true }).selectOption('')
  await page.getByRole('button', { name: 'Read the rows and show the cost' }).click()
  await expect(page.getByRole('alert')).toContainText('No column is mapped to the message')
  await page.getByLabel('Message', { exact: true }).selectOption('Comment text')
  await page.getByRole('button', { name: 'Read the rows and show the cost' }).click()
  await becomes(page, 'What it costs', javaScriptEnabled)
  await expect(cost).toContainText(/Checks needed\s*6/)
  await page.getByRole('button', { name: 'Cancel this import' }).click()
  await becomes(page, 'Cancelled', javaScriptEnabled)
})

test('what cannot be used is refused in words and keeps what was typed', async ({ page, open }) => {
  await open('/imports/new')
  await page.getByLabel(/^Site/).fill('a site with blanks')
  await page.getByLabel(/paste/).fill('</textarea>hello <b>there</b>')
  await page.getByRole('button', { name: 'Look at it' }).click()
  await expect(page.locator('#site-problem')).toContainText('without spaces')
  await expect(page.getByLabel(/paste/)).toHaveValue('</textarea>hello <b>there</b>')
  await page.getByLabel(/^Site/).fill('')
  await page.getByLabel(/paste/).fill('')
  await page.getByRole('button', { name: 'Look at it' }).click()
  await expect(page.locator('#file-problem')).toContainText('Choose a file, or paste')
})

test('an import that is not there says so, with the right status', async ({ open }) => {
  expect((await open('/imports/999999')).status()).toBe(404)
})
