// The whole wizard, from file to log, with and without JavaScript.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { row, rows, searching } from '../fixtures/desk.js'
import { inFront } from '../fixtures/front.js'
import { becomes, bring, csv, forgetLessons, ham, labelledTable, numberOf, spam } from '../fixtures/imports.js'
import { expect, test, type Gavel } from '../fixtures/test.js'
import type { Upstream } from '../fixtures/upstream.js'

const table = (mark: string, rows: number) => 'Author mail,Comment text,Seen\n' + Array.from({ length: rows }, (_, row) => {
  const [sender, text] = row % 3 === 0 ? [`seller${row}@cheap.example`, spam(mark, row)] : [`reader${row}@example.com`, ham(mark, row)]
  return `${sender},"${text}","2025-02-0${row % 9 + 1}"\n`
}).join('')

test('a file becomes detections: columns, cost, start, results', async ({ page, open, javaScriptEnabled }, info) => {
  // Eight pages one after the other.
  test.slow()
  const mark = `w${info.workerIndex}${info.retry}${javaScriptEnabled}`
  await open('/imports')
  await page.getByRole('link', { name: 'New import' }).click()
  await page.getByLabel(/^Site/).fill('garden.example.com')
  const text = table(mark, 30) + 'nobody@example.com,,2025-02-01\n' + `twice@example.com,"${ham(mark, 1)}",2025-02-02\n`
  await page.getByLabel(/^File/).setInputFiles({ name: 'comments.csv', mimeType: 'text/csv', buffer: Buffer.from(text) })
  await page.getByRole('button', { name: 'Preview' }).click()

  await expect(page.getByRole('heading', { level: 1 })).toContainText('Import')
  await expect(page.getByLabel('Message', { exact: true })).toHaveValue('Comment text')
  await expect(page.getByLabel('E-mail address')).toHaveValue('Author mail')
  const preview = page.getByRole('region', { name: 'The first rows, as they will be checked' })
  await expect(preview).toContainText('Buy cheap pills now')
  await expect(preview).toContainText('line 2')
  await page.getByRole('button', { name: 'Calculate the cost' }).click()

  await becomes(page, 'What it costs', javaScriptEnabled)
  const cost = page.getByRole('region', { name: 'What it costs' })
  await expect(cost).toContainText(/Rows in the file\s*32/)
  await expect(cost).toContainText(/Skipped: duplicates\s*1/)
  await expect(cost).toContainText(/Not readable\s*1/)
  await expect(cost).toContainText(/Checks needed\s*30/)
  await expect(cost).toContainText(/checks of the quota are left now/)
  await page.getByRole('button', { name: 'Check 30 rows' }).click()

  await becomes(page, 'Results', javaScriptEnabled)
  await expect(page.getByText('30 of 31 rows').or(page.getByText('31 of 31 rows'))).toBeVisible()
  const failed = page.getByRole('region', { name: /^1 failed rows?$/ })
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
  await page.getByRole('button', { name: 'Preview' }).click()
  await expect(page.getByLabel('Message', { exact: true })).toHaveValue('Comment text')
  await page.getByRole('button', { name: 'Calculate the cost' }).click()
  await becomes(page, 'What it costs', javaScriptEnabled)
  await expect(cost).toContainText(/Skipped: already checked\s*6/)
  await page.getByRole('button', { name: 'Back to columns and choices' }).click()
  await page.getByLabel('Skip messages already checked').uncheck()
  await page.getByLabel('Message', { exact: true }).selectOption('')
  await page.getByRole('button', { name: 'Calculate the cost' }).click()
  await expect(page.getByRole('alert')).toContainText('No column is mapped to the message')
  await page.getByLabel('Message', { exact: true }).selectOption('Comment text')
  await page.getByRole('button', { name: 'Calculate the cost' }).click()
  await becomes(page, 'What it costs', javaScriptEnabled)
  await expect(cost).toContainText(/Checks needed\s*6/)
  await page.getByRole('button', { name: 'Cancel this import' }).click()
  await becomes(page, 'Cancelled', javaScriptEnabled)
})

test('what cannot be used is refused in words and keeps what was typed', async ({ page, open }) => {
  await open('/imports/new')
  await page.getByLabel(/^Site/).fill('a site with blanks')
  await page.getByLabel(/paste/).fill('</textarea>hello <b>there</b>')
  await page.getByRole('button', { name: 'Preview' }).click()
  await expect(page.locator('#site-problem')).toContainText('without spaces')
  await expect(page.getByLabel(/paste/)).toHaveValue('</textarea>hello <b>there</b>')
  await page.getByLabel(/^Site/).fill('')
  await page.getByLabel(/paste/).fill('')
  await page.getByRole('button', { name: 'Preview' }).click()
  await expect(page.locator('#file-problem')).toContainText('Choose a file, or paste')
})

test('how a file is read is shown with its reasons, can be chosen otherwise, and every part is accounted for', async ({ page, open, javaScriptEnabled }, info) => {
  test.slow()
  const mark = `r${info.workerIndex}${info.retry}${javaScriptEnabled}`
  const part = (from: number) => 'Name;Comment text;City\n' + Array.from({ length: 20 }, (_, row) => `Reader ${row};"${ham(mark, from + row)}";Ulm ${from + row}\n`).join('')
  const long = `Last of all;"${'A long story about the river, and more of it. '.repeat(20)}\nwith a second line, ${mark}";Bonn\n`
  await open('/imports/new')
  await bring(page, '', csv('joined.csv', part(0) + part(100) + long))
  const delimiter = page.getByLabel('Delimiter', { exact: true })
  await expect(delimiter.locator('option:checked')).toHaveText('Detected: semicolon (;)')
  await expect(page.getByLabel('Lines above the header').locator('option:checked')).toHaveText('Detected: the first row names the columns')
  const preview = page.getByRole('region', { name: 'The first rows, as they will be checked' })
  await expect(preview).toContainText(/city|City/)
  await expect(preview.getByRole('listitem').filter({ hasText: 'The longest message' })).toContainText('A long story about the river')
  await expect(preview).toContainText('The whole file was looked at: 41 rows.')
  await expect(preview.getByRole('region', { name: 'Left out as no messages' })).toContainText('1 ')

  await page.getByLabel('Quotes').selectOption('none')
  await page.getByRole('button', { name: 'Update the preview' }).click()
  await expect(page.getByLabel('Quotes')).toHaveValue('none')
  await expect(preview.getByRole('listitem').first()).toContainText('"Grandmother')
  await page.getByLabel('Quotes').selectOption('')
  await page.getByRole('button', { name: 'Calculate the cost' }).click()
  await becomes(page, 'What it costs', javaScriptEnabled)
  const cost = page.getByRole('region', { name: 'What it costs' })
  await expect(cost).toContainText(/Rows in the file\s*41/)
  await expect(cost).toContainText(/Left out as no messages, beside the rows\s*1/)
  await page.getByRole('button', { name: 'Cancel this import' }).click()
})

test('an import that is not there says so, with the right status', async ({ open }) => {
  expect((await open('/imports/999999')).status()).toBe(404)
})

test('labels that a file knows are compared, taken over as decisions, and taken back', async ({ page, open, javaScriptEnabled }, info) => {
  test.slow()
  const mark = `k${info.workerIndex}${info.retry}${javaScriptEnabled}`
  await forgetLessons(page)
  await open('/imports/new')
  await bring(page, 'labels.example.com', csv('desk.csv', labelledTable(mark)))
  const id = await numberOf(page)
  const known = page.getByLabel('Column with spam or not')
  const preview = page.getByRole('region', { name: 'The first rows, as they will be checked' })

  // Whatever was guessed, the column is a choice, and the preview tells what it leads to.
  await known.selectOption('')
  await page.getByRole('button', { name: 'Update the preview' }).click()
  await expect(preview).not.toContainText('known to be')
  await page.getByLabel('Use them as my decisions').check()
  await page.getByRole('button', { name: 'Calculate the cost' }).click()
  await expect(page.getByRole('alert')).toContainText('Choose the column that says what is spam, or do not take labels over.')
  await known.selectOption('Desk')
  await page.getByRole('button', { name: 'Update the preview' }).click()
  await expect(preview.getByRole('listitem').filter({ hasText: 'offer 1:' })).toContainText(/known to be\s*spam/)
  await expect(preview.getByRole('listitem').filter({ hasText: 'cake 8,' })).toContainText(/known to be\s*ham/)
  await page.getByLabel('Use them as my decisions').check()
  await page.getByRole('button', { name: 'Calculate the cost' }).click()

  await becomes(page, 'What it costs', javaScriptEnabled)
  const cost = page.getByRole('region', { name: 'What it costs' })
  await expect(cost).toContainText(/Checks needed\s*13/)
  await expect(cost).toContainText(/Labels to take over as decisions\s*12/)
  await expect(cost).not.toContainText('Feedback to send')
  await page.getByRole('button', { name: 'Check 13 rows' }).click()

  await becomes(page, 'Results', javaScriptEnabled)
  const labels = page.getByRole('region', { name: 'Labels of the file, beside the verdicts' })
  await expect(labels).toContainText('75.0 % of 12 labelled rows were judged as the file says.')
  await expect(labels.getByRole('row', { name: /^spam/ })).toHaveText(/spam\s*4\s*2/)
  await expect(labels.getByRole('row', { name: /^ham/ })).toHaveText(/ham\s*1\s*5/)
  await expect(labels).toContainText('12 labels were taken over as decisions; no feedback is sent.')

  // The detections carry them, also against the verdict.
  await labels.getByRole('link', { name: 'See where they disagree' }).click()
  await expect(rows(page)).toHaveCount(3)
  await expect(rows(page).filter({ hasText: 'Corrected to spam by Ana' })).toHaveCount(2)
  await expect(rows(page).filter({ hasText: 'Corrected to ham by Ana' })).toHaveCount(1)
  await open(searching(`import:${id} label:spam`))
  await expect(rows(page)).toHaveCount(6)
  await open(searching(`import:${id} label:ham`))
  await expect(rows(page)).toHaveCount(6)
  await row(page, 0).getByRole('link').click()
  const story = page.getByRole('region', { name: 'Detection' })
  await expect(story).toContainText(`Ana took the label ham over from import ${id}. No feedback was sent.`)

  await open(`/imports/${id}`)
  await labels.getByRole('button', { name: 'Take these labels back' }).click()
  await expect(labels).toContainText('All 12 labels were taken back.')
  await expect(labels.getByRole('button')).toHaveCount(0)
  await open(searching(`import:${id} label:spam`))
  await expect(page.getByText('Nothing matches this search.')).toBeVisible()
  await open(searching(`import:${id} is:unlabelled`))
  await expect(rows(page)).toHaveCount(13)
})

test.describe('when the quota does not suffice', () => {
  let upstream: Upstream
  let gavel: Gavel

  // Five checks are left.
  test.beforeEach(async ({ page }, info) => {
    ({ upstream, gavel } = await inFront(page, info, 'imports', { used: 49_995 }))
  })

  test.afterEach(async () => {
    await gavel.remove()
    await upstream.stop()
  })

  test.use({ storageState: { cookies: [], origins: [] } })

  test('an import stops there, and when it is cancelled, what was not checked is gone', async ({ page, open, javaScriptEnabled }) => {
    test.slow()
    await open(`${gavel.url}/imports/new`)
    const text = table('stopped', 12) + 'nobody@example.com,,2025-02-01\n'
    await bring(page, 'garden.example.com', csv('too-many.csv', text))
    const id = await numberOf(page)
    await page.getByRole('button', { name: 'Calculate the cost' }).click()
    await becomes(page, 'What it costs', javaScriptEnabled)
    const cost = page.getByRole('region', { name: 'What it costs' })
    await expect(cost).toContainText('The quota does not suffice: 5 checks are left, so 5 rows fit and 7 do not')
    await page.getByLabel('stop there').check()
    await page.getByRole('button', { name: 'Check 12 rows' }).click()

    await becomes(page, 'Paused', javaScriptEnabled)
    const progress = page.getByRole('region', { name: 'Paused' })
    await expect(progress).toContainText('The import stopped there, as was chosen')
    // It stops when one check is told that the quota is used up; those that were under way are counted as they come.
    await expect(async () => {
      if (!javaScriptEnabled) await page.reload()
      await expect(progress).toContainText('5 spam', { timeout: 1_000 })
    }).toPass({ timeout: 10_000 })
    await expect(progress).toContainText('7 not checked')
    await expect(progress.getByRole('button', { name: 'Resume' })).toBeVisible()
    const failed = page.getByRole('region', { name: /^1 failed rows?$/ })
    await expect(failed.getByRole('link', { name: /Download/ })).toBeVisible()
    expect((await page.request.get(`${gavel.url}/imports/${id}/failed`)).status()).toBe(200)
    expect(kept(gavel)).toEqual([expect.stringContaining('nobody@example.com')])

    await page.getByRole('button', { name: 'Cancel this import' }).click()
    await becomes(page, 'Cancelled', javaScriptEnabled)
    const cancelled = page.getByRole('region', { name: 'Cancelled' })
    await expect(cancelled).toContainText('What was checked stays in the log. The file, and the rows that were not checked, are deleted.')
    await expect(cancelled.getByRole('button')).toHaveCount(0)
    // Place and reason stay; the content is nowhere to be had.
    await expect(failed).toContainText('line 14')
    await expect(page.getByRole('link', { name: /Download/ })).toHaveCount(0)
    await expect(page.getByRole('button', { name: 'Ask again for failed rows' })).toHaveCount(0)
    const download = await page.request.get(`${gavel.url}/imports/${id}/failed`)
    expect([download.status(), await download.text()]).toEqual([404, expect.stringContaining('its file is no longer kept')])
    expect(kept(gavel)).toEqual([])
    await open(`${gavel.url}${searching(`import:${id}`)}`)
    await expect(rows(page)).toHaveCount(5)
    expect(upstream.used).toBe(upstream.quota)
  })
})

/** The files of imports that a Gavel keeps. */
function kept(gavel: Gavel): string[] {
  const folder = gavel.importFiles
  return readdirSync(folder).map(name => readFileSync(join(folder, name), 'utf8')).filter(text => text !== '')
}
