// Taking what matches elsewhere, with and without JavaScript: the file is whole, runs nothing, and costs no memory.

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { binary } from '../fixtures/gavel.js'
import { admin, expect, Gavel, hydrated, logIn, test } from '../fixtures/test.js'

const ROWS = 100_000

/**
 * Memory that an export may take beside what the program has anyway, in KiB: it fills the page caches of the eight readers
 * (16 MiB each), and holds a page of rows. The file itself has 90 MB.
 */
const MEMORY = (8 * 16 + 32) * 1024

test.describe.configure({ mode: 'serial', timeout: 180_000 })

let large: Gavel

test.beforeAll(async ({}, testInfo) => {
  testInfo.setTimeout(180_000)
  large = new Gavel(`export-${testInfo.project.name}`)
  large.addUser(admin)
  execFileSync(binary, ['demo-data', '--rows', String(ROWS), '--database', large.database], { env: { PATH: process.env.PATH } })
  await large.start()
})

test.afterAll(async () => large?.remove())

test('100,000 rows as CSV, whole, newest first, without a formula, in constant memory', async ({ page }) => {
  await logIn(page, admin, large.url)
  await page.goto(`${large.url}/detections`)
  await page.getByText('Export results').click()
  const before = peak(large.pid)
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'CSV', exact: true }).click()])
  expect(download.suggestedFilename()).toMatch(/^gavel-detections-\d{4}-\d\d-\d\d-\d{4}\.csv$/)
  const file = await download.path()
  expect(peak(large.pid) - before).toBeLessThan(MEMORY)

  const text = readFileSync(file, 'utf8')
  expect(text.startsWith('\uFEFF"id",'), 'Excel reads UTF-8 by its mark').toBe(true)
  const rows = table(text)
  expect(rows.length).toBe(ROWS + 1)
  const ids = rows.slice(1).map(row => Number(row[0]))
  expect(ids.every((id, index) => index === 0 || id < ids[index - 1]!)).toBe(true)
  expect(rows.every(row => row.length === rows[0]!.length)).toBe(true)
  expect(rows.flat().filter(cell => /^\s*[=+\-@\t\r\n＝＋－＠]/.test(cell))).toEqual([])
})

test('100,000 rows as a workbook, in constant memory', async ({ page }) => {
  await logIn(page, admin, large.url)
  await page.goto(`${large.url}/detections`)
  await page.getByText('Export results').click()
  const before = peak(large.pid)
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Excel (.xlsx)' }).click()])
  expect(download.suggestedFilename()).toMatch(/^gavel-detections-\d{4}-\d\d-\d\d-\d{4}\.xlsx$/)
  const file = readFileSync(await download.path())
  expect(file.subarray(0, 4).toString('latin1')).toBe('PK\x03\x04')
  // The list of what a zip holds is at its end: the file is whole.
  expect(file.subarray(-22, -18).toString('latin1')).toBe('PK\x05\x06')
  expect(peak(large.pid) - before).toBeLessThan(MEMORY)
})

test('a search as NDJSON: as many lines as match', async ({ page }) => {
  await logIn(page, admin, large.url)
  await page.goto(`${large.url}/detections?q=label%3Aham+age%3A%3C7d`)
  await page.getByText('Export results').click()
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'NDJSON' }).click()])
  const lines = readFileSync(await download.path(), 'utf8').trimEnd().split('\n').map(line => JSON.parse(line))
  expect(lines.length).toBeGreaterThan(5)
  expect(lines.every(line => line.label === 'ham')).toBe(true)
})

test('progress is said, and an export can be cancelled', async ({ page, javaScriptEnabled }) => {
  test.skip(javaScriptEnabled === false, 'without JavaScript the browser shows the download')
  await logIn(page, admin, large.url)
  await page.goto(`${large.url}/detections`)
  await hydrated(page)
  await page.getByText('Export results').click()
  await page.getByRole('link', { name: 'NDJSON' }).click()
  await page.getByRole('button', { name: 'Cancel' }).click()
  await expect(page.getByRole('status').filter({ hasText: /Cancelled after|Exported 100,000/ })).toBeVisible({ timeout: 60_000 })
})

/** The most memory that a process ever had, in KiB. */
function peak(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1])
}

/** Reads RFC 4180 where every cell is quoted. */
function table(text: string): string[][] {
  const rows: string[][] = [[]]
  for (const [, cell, end] of text.matchAll(/"((?:[^"]|"")*)"(,|\r?\n)/g)) {
    rows.at(-1)!.push(cell!.replaceAll('""', '"'))
    if (end !== ',') rows.push([])
  }
  rows.pop()
  return rows
}
