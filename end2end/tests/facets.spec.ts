// What the matches are made of: each value is a term of the search, to add and to take away.

import { execFileSync } from 'node:child_process'
import { binary } from '../fixtures/gavel.js'
import { admin, expect, Gavel, hydrated, logIn, test, type Page } from '../fixtures/test.js'

/** Few enough that facets count them all. */
const ROWS = 400

test.describe.configure({ mode: 'serial' })

let demo: Gavel

test.beforeAll(async ({}, testInfo) => {
  demo = new Gavel(`facets-${testInfo.project.name}`)
  demo.addUser(admin)
  execFileSync(binary, ['demo-data', '--rows', String(ROWS), '--database', demo.database], { env: { PATH: process.env.PATH } })
  await demo.start()
})

test.afterAll(async () => demo?.remove())

test('a value narrows the search, says what it finds, and lets go again', async ({ page, javaScriptEnabled }) => {
  await logIn(page, admin, demo.url)
  await page.goto(`${demo.url}/detections`)
  if (javaScriptEnabled !== false) await hydrated(page)
  const sum = async (facet: string) => (await counts(page, facet)).reduce((all, count) => all + count, 0)
  for (const facet of ['Verdict', 'Label', 'Site', 'Source', 'Decided by']) expect(await sum(facet), facet).toBe(ROWS)

  const spam = (await counts(page, 'Verdict', 'spam'))[0]!
  await choose(page, 'Verdict', 'spam')
  await expect(page).toHaveURL(/\?q=is(:|%3A)spam$/)
  await expect(value(page, 'Verdict', 'spam')).toHaveAttribute('aria-current', 'true')
  await expect(page.getByText(`${spam} detections`, { exact: true })).toBeVisible()
  expect(await sum('Source')).toBe(spam)

  const pasted = (await counts(page, 'Source', 'paste'))[0]!
  await choose(page, 'Source', 'paste')
  await expect(page.getByText(pasted === 1 ? '1 detection' : `${pasted} detections`, { exact: true })).toBeVisible()
  await expect(page).toHaveURL(/q=is(:|%3A)spam(\+|%20)from(:|%3A)paste$/)

  await choose(page, 'Verdict', 'spam')
  await expect(page).toHaveURL(/\?q=from(:|%3A)paste$/)
  await choose(page, 'Source', 'paste')
  await expect(page).toHaveURL(/\/detections(\?q=)?$/)
  await expect(page.getByText('400 detections', { exact: true })).toBeVisible()
})

test('they are folded until somebody wants them, say what is chosen, and stay as they were left', async ({ page, javaScriptEnabled }) => {
  const open = async (address: string) => {
    await page.goto(demo.url + address)
    if (javaScriptEnabled !== false) await hydrated(page)
  }
  await logIn(page, admin, demo.url)
  await open('/detections?q=is%3Aspam+from%3Aapi')
  await expect(page.getByText('Filters: spam, api')).toBeVisible()
  await expect(value(page, 'Verdict', 'spam')).toBeHidden()
  await page.getByText('Filters').click()
  await expect(value(page, 'Verdict', 'spam')).toBeVisible()
  if (javaScriptEnabled === false) return
  await expect.poll(() => page.evaluate(() => document.cookie)).toContain('facets')
  await open('/detections')
  await expect(value(page, 'Verdict', 'spam')).toBeVisible()
  await page.getByText('Filters').click()
  await expect(value(page, 'Verdict', 'spam')).toBeHidden()
  await expect.poll(() => page.evaluate(() => document.cookie)).not.toContain('facets')
  await open('/detections')
  await expect(value(page, 'Verdict', 'spam')).toBeHidden()
})

test('when is chosen like the other values, or from one day to another', async ({ page, javaScriptEnabled }) => {
  await logIn(page, admin, demo.url)
  await page.goto(`${demo.url}/detections?q=is%3Aspam`)
  if (javaScriptEnabled !== false) await hydrated(page)
  await choose(page, 'When', 'Today')
  await expect(page).toHaveURL(/q=is(:|%3A)spam(\+|%20)after(:|%3A)today$/)
  await choose(page, 'When', '7 days')
  await expect(page, 'one of them at a time').toHaveURL(/q=is(:|%3A)spam(\+|%20)age(:|%3A)(%3C|<)7d$/)
  await expect(value(page, 'When', '7 days'), 'the list follows what was chosen').toHaveAttribute('aria-current', 'true')
  await choose(page, 'When', '7 days')
  await expect(page).toHaveURL(/q=is(:|%3A)spam$/)
  await unfold(page)
  const form = page.getByRole('form', { name: 'From one day to another' })
  await form.getByLabel('From').fill('2020-02-01')
  await form.getByLabel('until before').fill('2020-03-01')
  await form.getByRole('button', { name: 'Show' }).click()
  await expect(page.getByLabel('Search the detections')).toHaveValue('is:spam after:2020-02-01 before:2020-03-01')
  await expect(page.getByText('Nothing matches this search.')).toBeVisible()
})

function value(page: Page, facet: string, words: string) {
  return page.getByRole('list', { name: facet, exact: true, includeHidden: true }).getByRole('link', { name: new RegExp(`^${words}\\b`), includeHidden: true })
}

/** Opens the panel where it is folded. */
async function unfold(page: Page): Promise<void> {
  const fold = page.getByText('Filters')
  if (await page.locator('details[open]').filter({ has: fold }).count() === 0) await fold.click()
}

async function choose(page: Page, facet: string, words: string): Promise<void> {
  await unfold(page)
  await value(page, facet, words).click()
}

async function counts(page: Page, facet: string, words = ''): Promise<number[]> {
  await unfold(page)
  const links = words ? value(page, facet, words) : page.getByRole('list', { name: facet, exact: true }).getByRole('link')
  await expect(links.first()).toBeVisible()
  return (await links.locator('.tabular-nums').allTextContents()).map(text => Number(text.replace(/[,+]/g, '')))
}
