// Many at once, in steps: with a cancel, with a restart in the middle, and rechecks. (What one sees of small ones is in rows.spec.ts.)

import { execFileSync } from 'node:child_process'
import { log, marked, marker, paste, rows, searching } from '../fixtures/desk.js'
import { binary } from '../fixtures/gavel.js'
import { admin, expect, Gavel, logIn, test, type Page } from '../fixtures/test.js'

/** Far more than are done while one waits. */
const ROWS = 6_000

/** So many that they are not done before somebody has found the button. */
const MANY_ROWS = 40_000

test.use({ storageState: { cookies: [], origins: [] } })
test.describe.configure({ timeout: 180_000 })

const toast = (page: Page) => page.getByRole('region', { name: 'Undo' })

async function markAll(page: Page): Promise<void> {
  await log(page).getByText(/^Act on all .* results$/).click()
  await log(page).getByLabel(/^Yes, all /).check()
  await log(page).getByRole('group', { name: /^For all .* results$/ }).getByRole('button', { name: 'Ham' }).click()
}

/** How many a search finds, as the list says. */
async function found(page: Page, open: (path: string) => Promise<unknown>, address: string): Promise<number> {
  await open(address)
  const words = await log(page).getByText(/^[\d,+]+ detections?$|^Nothing matches/).first().textContent()
  return Number(words?.replace(/[^\d]/g, '') || 0)
}

/** A Gavel of its own with a log that is made up, and how many in it have no label. */
async function filled(page: Page, open: (path: string) => Promise<unknown>, name: string, rows = ROWS): Promise<[Gavel, string, number]> {
  const gavel = new Gavel(name, ['--feedback-undo', '120s'])
  gavel.addUser(admin)
  execFileSync(binary, ['demo-data', '--rows', String(rows), '--database', gavel.database], { env: { PATH: process.env.PATH } })
  await gavel.start()
  await logIn(page, admin, gavel.url)
  const unlabelled = `${gavel.url}/detections?q=is%3Aunlabelled`
  return [gavel, unlabelled, await found(page, open, unlabelled)]
}

test('a large one survives a restart, and is undone as one', async ({ page, open }, info) => {
  const [gavel, unlabelled, many] = await filled(page, open, `bulk-restart-${info.workerIndex}`)
  expect(many).toBeGreaterThan(1_000)
  await markAll(page)
  await expect(toast(page)).toContainText(/Marking/)
  await gavel.kill()
  await gavel.start()
  await open(`${gavel.url}/detections`)
  await expect(toast(page)).toContainText(/Marked [\d,]+ as ham/, { timeout: 90_000 })
  expect(await found(page, open, unlabelled)).toBe(0)
  await toast(page).getByRole('button', { name: 'Undo' }).last().click()
  await expect(toast(page)).toHaveText('', { timeout: 90_000 })
  expect(await found(page, open, unlabelled)).toBe(many)
  await gavel.remove()
})

test('a large one is cancelled, and what was done by then is taken back', async ({ page, open }, info) => {
  const [gavel, unlabelled, many] = await filled(page, open, `bulk-cancel-${info.workerIndex}`, MANY_ROWS)
  await markAll(page)
  await expect(toast(page)).toContainText(/Marking [\d,]+ as ham: [1-9][\d,]* done/, { timeout: 60_000 })
  await toast(page).getByRole('button', { name: 'Cancel' }).click()
  const words = /Cancelled\. Marked ([\d,]+) of ([\d,]+) as ham/
  await expect(toast(page)).toContainText(words)
  const [, done, all] = (words.exec(await toast(page).textContent() ?? '') ?? []).map(number => Number(number.replaceAll(',', '')))
  expect(done).toBeGreaterThan(0)
  expect(done).toBeLessThan(all!)
  await open(`${gavel.url}/detections?q=label%3Aham`)
  await toast(page).getByRole('button', { name: 'Undo' }).last().click()
  await expect(toast(page)).toHaveText('', { timeout: 90_000 })
  expect(await found(page, open, unlabelled)).toBe(many)
  await gavel.remove()
})

test('many are judged again, with both verdicts side by side', async ({ page, open }, info) => {
  const gavel = new Gavel(`bulk-recheck-${info.workerIndex}`)
  gavel.addUser(admin)
  await gavel.start()
  await logIn(page, admin, gavel.url)
  const word = marker('again')
  await paste(page, marked(word, 12), gavel.url)
  await open(gavel.url + searching(word))
  await page.keyboard.press('*')
  await log(page).getByRole('group', { name: 'For the selection' }).getByRole('button', { name: 'Recheck' }).click()
  await expect(toast(page)).toContainText('Rechecked 12.', { timeout: 60_000 })
  await rows(page).first().getByRole('link').click()
  const verdicts = page.getByRole('table', { name: 'Verdicts' })
  await expect(verdicts.getByRole('row')).toHaveCount(3)
  await expect(verdicts).toContainText('Now')
  await expect(verdicts).toContainText('Until')
  await gavel.remove()
})
