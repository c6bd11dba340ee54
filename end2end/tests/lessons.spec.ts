// What the detector learnt: seen, taken along, forgotten in Settings.

import { readFile } from 'node:fs/promises'
import { expect, test } from '../fixtures/test.js'
import { marker, matches, paste, row, searching } from '../fixtures/desk.js'

test('a label is counted, can be downloaded, and is forgotten on request', async ({ page, open }) => {
  const word = marker('taps')
  await paste(page, [`${word} Our plumbers fix leaking kitchen taps in Norwich on the same day`])
  await open(searching(word))
  await row(page, 0).getByRole('button', { name: /Spam/ }).first().click()
  // The page is not left before the label has come to the server.
  await expect.poll(() => matches(page, `${word} label:spam`)).toBe(1)

  const section = page.getByRole('region', { name: 'What the detector has learned' })
  await expect(async () => {
    await open('/settings')
    await expect(section).toContainText(/It uses \d/, { timeout: 500 })
  }).toPass()
  await expect(section.getByRole('row').nth(1)).toContainText('person')

  const [download] = await Promise.all([
    page.waitForEvent('download'), section.getByRole('link', { name: 'Download training data' }).click()])
  expect(download.suggestedFilename()).toMatch(/^gavel-lessons-.*\.ndjson$/)
  const lines = (await readFile(await download.path(), 'utf8')).trim().split('\n').map(line => JSON.parse(line))
  expect(lines.filter(line => line.message.includes(word)).map(line => line.label)).toEqual(['spam'])

  await section.getByRole('checkbox', { name: 'Yes, forget everything it has learned' }).check()
  await section.getByRole('button', { name: 'Forget' }).click()
  await expect(section).toContainText('Nothing yet')
})
