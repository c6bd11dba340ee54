// What a moderator sees of a search: a line pasted out of a message finds its row, however it is written, and days are those of who
// looks. With and without JavaScript.

import { execFileSync } from 'node:child_process'
import { log, marker, paste, rows, searching } from '../fixtures/desk.js'
import { expect, test, type Gavel, type Page } from '../fixtures/test.js'

const box = (page: Page) => page.getByLabel('Search the detections')
const notes = (page: Page) => log(page).locator('[data-notes]')

/** The parts of the one row that are marked. */
const marks = (page: Page) => rows(page).locator('mark')

test('a pasted line finds its row, and says quietly what it passed over', async ({ page, open }) => {
  const word = marker('quoll')
  const line = `🔥🔥 50% OFF – click here & win 💋 telegram:@${word}`
  await paste(page, [line, `another ${word} message`])
  await open(searching(line))
  await expect(rows(page)).toHaveCount(1)
  await expect(notes(page)).toHaveText('Passed over: – &. A search finds letters, digits and emoji.')
  await expect(marks(page).first()).toHaveText('🔥🔥 50')
  await open(searching(`💋 ${word}`))
  await expect(marks(page)).toHaveText(['💋', word])
  await open(searching(`${word} ??? $$$`))
  await expect(rows(page)).toHaveCount(2)
})

test('letters that are written in another way are found and marked where they stand', async ({ page, open }) => {
  const word = marker('bilby')
  await paste(page, [`𝗙𝗥𝗘𝗘 𝗠𝗢𝗡𝗘𝗬 ${word}`, `ＦＲＥＥ ＭＯＮＥＹ ${word}`, `F\u200dr\u200dee mo\u200dney ${word}`, `Straße ${word} Ёлка`, `온라인 카지노를 ${word}`])
  await open(searching(`"free money" ${word}`))
  await expect(rows(page)).toHaveCount(3)
  await expect(marks(page).filter({ hasText: '𝗙𝗥𝗘𝗘 𝗠𝗢𝗡𝗘𝗬' })).toHaveCount(1)
  await expect(marks(page).filter({ hasText: 'ＦＲＥＥ ＭＯＮＥＹ' })).toHaveCount(1)
  await open(searching(`STRASSE елка ${word}`))
  await expect(marks(page)).toHaveText([`Straße ${word} Ёлка`])
  await open(searching(`카지노 ${word}`))
  await expect(marks(page)).toHaveText(['카지노', word])
  await rows(page).getByRole('link').first().click()
  // The detector marks what it goes by as well.
  await expect(page.getByRole('region', { name: 'Detection' }).locator('mark', { hasText: /^카지노$/ }).first()).toBeVisible()
})

test('a correction is one click', async ({ page, open }) => {
  const word = marker('numbat')
  await paste(page, [`-50% today ${word}`, `he said "buy now ${word}`])
  const response = await open(searching(`scroe:>=0 ${word}`))
  expect(response.status()).toBe(422)
  await page.getByRole('list', { name: 'Search instead' }).getByRole('link', { name: `Search for score:>=0 ${word}` }).click()
  await expect(rows(page)).toHaveCount(2)
  await expect(box(page)).toHaveValue(`score:>=0 ${word}`)
  await open(searching(`he said "buy now ${word}`))
  await page.getByRole('list', { name: 'Search instead' }).getByRole('link').first().click()
  await expect(rows(page)).toHaveCount(1)
  await open(searching(`-50% today ${word}`))
  await expect(page.getByText('Nothing matches this search.')).toBeVisible()
  await notes(page).getByRole('link', { name: `Search for 50% today ${word}` }).click()
  await expect(rows(page)).toHaveCount(1)
  await open(searching(`name:${word}`))
  await notes(page).getByRole('link', { name: `Search for ${word}` }).click()
  await expect(rows(page)).toHaveCount(2)
  await open(searching(`${word} OR money`))
  await expect(notes(page)).toContainText('AND, OR and NOT are searched for as words.')
  await log(page).getByRole('link', { name: `Search for "${word} OR money"` }).click()
  await expect(box(page)).toHaveValue(`"${word} OR money"`)
})

/** Has the rows that hold a word logged at other times, the oldest first: nobody waits for summer. */
function logAt(gavel: Gavel, word: string, times: string[]): void {
  const script = `
import sqlite3, sys
from datetime import datetime
db = sqlite3.connect(sys.argv[1].removeprefix('sqlite://'), timeout=20)
ids = [row[0] for row in db.execute("SELECT detection_id FROM detection_contents WHERE message LIKE ? ORDER BY 1", ('%' + sys.argv[2] + '%',))]
assert len(ids) == len(sys.argv) - 3
for id, time in zip(ids, sys.argv[3:]):
    ms = int(datetime.fromisoformat(time).timestamp() * 1000)
    db.execute('UPDATE detections SET created_at = ? WHERE id = ?', (ms, id))
    db.execute('INSERT INTO check_hours VALUES (?1, ?2, ?2, 0, 0) ON CONFLICT DO UPDATE SET first_id = min(first_id, ?2), last_id = max(last_id, ?2)', (ms // 3600000, id))
db.commit()
`
  execFileSync('python3', ['-c', script, gavel.database, word, ...times])
}

test.describe('days', () => {
  test.use({ timezoneId: 'Europe/Berlin' })

  test('are those of the viewer, with the offset of that day', async ({ page, open, gavel, context, javaScriptEnabled }) => {
    const word = marker('potoroo')
    await paste(page, Array.from({ length: 4 }, (_, index) => `${word} number ${index}`))
    // The night to 30 March 2025 is an hour shorter in Berlin: that day begins at 23:00 UTC and ends at 22:00 UTC.
    logAt(gavel, word, ['2025-03-29T22:30:00+00:00', '2025-03-29T23:30:00+00:00', '2025-03-30T21:30:00+00:00', '2025-03-30T22:30:00+00:00'])
    const days = () => log(page).getByRole('heading', { level: 2 })
    if (javaScriptEnabled === false) {
      await open(searching(`${word} after:2025-03-30 before:2025-03-31`))
      await expect(rows(page), 'nobody told the zone: UTC').toHaveCount(2)
      await expect(notes(page)).toHaveText('Days here are those of the zone UTC.')
      await context.addCookies([{ name: 'gavel_zone', value: 'Europe/Berlin', url: gavel.url }])
    }
    await open(searching(`${word} after:2025-03-30 before:2025-03-31`))
    await expect(notes(page)).toHaveText('Days here are those of the zone Europe/Berlin.')
    await expect(days()).toHaveText(['Sun 30 Mar 2025'])
    await expect(rows(page)).toHaveText([/number 2/, /number 1/])
    await expect(rows(page).locator('time')).toHaveText(['30 Mar 2025', '30 Mar 2025'])
    await expect(rows(page).locator('time').first()).toHaveAttribute('title', '30 Mar 2025, 23:30:00 UTC+2')
    await expect(rows(page).locator('time').last()).toHaveAttribute('title', '30 Mar 2025, 00:30:00 UTC+1')
    await open(searching(word))
    await expect(days()).toHaveText(['Mon 31 Mar 2025', 'Sun 30 Mar 2025', 'Sat 29 Mar 2025'])
    if (javaScriptEnabled !== false) {
      await box(page).fill('')
      await box(page).pressSequentially('aft')
      await expect(page.locator('#search-choices').getByRole('option')).toContainText('(Europe/Berlin)')
    }
  })
})
