// The log's list, with and without JavaScript.

import { expect, test, type Page } from '../fixtures/test.js'

async function check(page: Page, open: (path: string) => Promise<unknown>, message: string): Promise<void> {
  await open('/check')
  await page.getByLabel('Message', { exact: true }).fill(message)
  await page.getByRole('button', { name: 'Check', exact: true }).click()
  await expect(page.getByRole('article', { name: 'Verdict' })).toBeVisible()
}

const log = (page: Page) => page.getByRole('region', { name: 'Log' })
const rows = (page: Page) => log(page).locator('.log-row')

test('what matched is marked, also far behind the start of a message', async ({ page, open }) => {
  await check(page, open, `Ein Vivarium für Frösche. ${'More of the same text follows here. '.repeat(30)} At last a <b>quokka</b> smiles.`)
  await open('/detections?q=%22vivarium%20fur%22')
  await expect(rows(page).locator('mark')).toHaveText(['Vivarium für'])
  await open('/detections?q=quokka')
  await expect(rows(page).locator('mark')).toHaveText(['quokka'])
  await expect(rows(page)).toContainText('At last a <b>quokka</b> smiles.')
})

test('days stand between rows of the newest first, and only there', async ({ page, open }) => {
  await check(page, open, 'Something of today')
  await open('/detections')
  await expect(log(page).getByRole('heading', { level: 2 })).toHaveText(['Today'])
  await open('/detections?order=score')
  await expect(rows(page).first()).toBeVisible()
  await expect(log(page).getByRole('heading', { level: 2 })).toHaveCount(0)
})

test('filters keep the words of the search, and take each other out', async ({ page, open }) => {
  await check(page, open, 'An axolotl says hello to the team')
  await open('/detections?q=axolotl')
  const filter = (name: string) => page.getByRole('navigation', { name: 'Filter' }).getByRole('link', { name, exact: true })
  const search = () => new URL(page.url()).searchParams.get('q')
  await filter('Spam').click()
  await expect.poll(search).toBe('axolotl is:spam')
  await filter('Ham').click()
  await expect.poll(search).toBe('axolotl is:ham')
  await filter('Not reviewed').click()
  await expect.poll(search).toBe('axolotl is:ham is:unlabelled')
  await expect(filter('Ham')).toHaveAttribute('aria-current', 'true')
  await filter('Ham').click()
  await expect.poll(search).toBe('axolotl is:unlabelled')
  await filter('All').click()
  await expect.poll(search).toBe('axolotl')
  await expect(page.getByLabel('Search the detections')).toHaveValue('axolotl')
})

test('a term that cannot be read is explained, with the right status', async ({ page, open }) => {
  const response = await open('/detections?q=score%3A101%20is%3Aspam%20scroe%3A5')
  expect(response.status()).toBe(422)
  const problems = page.locator('#search-problems')
  await expect(problems).toContainText('“101” is not a score')
  await expect(problems).toContainText('Unknown filter “scroe:”.')
  await expect(page.getByLabel('Search the detections')).toHaveValue('score:101 is:spam scroe:5')
})

test('density and columns are chosen and remembered', async ({ page, open, javaScriptEnabled }) => {
  await check(page, open, 'A row to look at')
  await open('/detections')
  const apply = async () => {
    if (javaScriptEnabled === false) await page.getByRole('button', { name: 'Apply' }).click()
  }
  const menu = () => log(page).getByText('View', { exact: true }).click()
  const height = async () => (await rows(page).first().boundingBox())?.height ?? 0
  const compact = await height()
  expect(compact).toBeLessThanOrEqual(44)
  await menu()
  await page.getByLabel('Comfortable').check()
  await page.getByLabel('Time').uncheck()
  await apply()
  await expect(rows(page).first().locator('time')).toBeHidden()
  await expect.poll(height).toBeGreaterThan(compact + 10)
  await open('/detections')
  await expect(rows(page).first().locator('time')).toBeHidden()
  expect(await height()).toBeGreaterThan(compact + 10)
  await menu()
  await expect(page.getByLabel('Comfortable')).toBeChecked()
  await page.getByLabel('Compact').check()
  await page.getByLabel('Time').check()
  await apply()
  await expect(rows(page).first().locator('time')).toBeVisible()
})
