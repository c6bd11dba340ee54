// Two moderators at once, each in a browser of their own.

import type { Browser } from '@playwright/test'
import { marked, marker, paste, row, rows, searching } from '../fixtures/desk.js'
import { admin, expect, Gavel, hydrated, logIn, test, type Account, type Page } from '../fixtures/test.js'

const ben: Account = { email: 'ben@example.com', name: 'Ben', role: 'moderator', password: 'another horse battery' }

test.use({ storageState: { cookies: [], origins: [] } })

// Two people log in and start a browser each in every test.
test.setTimeout(90_000)

let gavel: Gavel
test.beforeAll(async ({}, info) => {
  gavel = new Gavel(`two-${info.workerIndex}`)
  gavel.addUser(admin)
  gavel.addUser(ben)
  await gavel.start()
})
test.afterAll(() => gavel.remove())

/** A browser of one's own, logged in, with the log open. */
async function enter(browser: Browser, account: Account): Promise<Page> {
  const page = await (await browser.newContext({ baseURL: gavel.url })).newPage()
  await logIn(page, account, gavel.url)
  return page
}

/** Cuts a page off from what happens elsewhere. */
const deaf = (page: Page) => page.route('**/events?*', route => route.abort())

/** Decides a row, and waits until the server has it: the page shows it before. */
async function decide(page: Page, number: number, label: 'ham' | 'spam') {
  const answered = page.waitForResponse(response => response.request().method() === 'POST' && response.url().endsWith('/fn/labels/set'))
  await row(page, number).getByRole('button', { name: new RegExp(`as ${label}$`, 'i') }).click()
  await answered
}

async function bothAt(browser: Browser, address: (word: string) => string, count: number, prepare?: (page: Page) => Promise<void>) {
  const word = marker('both')
  const [ana, other] = [await enter(browser, admin), await enter(browser, ben)]
  await prepare?.(ana)
  await paste(ana, marked(word, count), gavel.url)
  for (const page of [ana, other]) {
    await page.goto(gavel.url + address(word))
    await page.waitForFunction(() => document.querySelector('[data-row]') !== null || document.querySelector('[data-open-detection]') !== null)
    // Until then no key is heard.
    await hydrated(page)
  }
  return { ana, ben: other, word }
}

test('what somebody else decides greys the row, with their name', async ({ browser }) => {
  const { ana, ben } = await bothAt(browser, searching, 3)
  await ana.waitForLoadState('networkidle').catch(() => undefined)
  await decide(ben, 1, 'ham')
  await expect(row(ben, 1)).toContainText('ham by Ben')
  await expect(row(ana, 1)).toContainText('ham by Ben')
  await expect(row(ana, 1)).toHaveAttribute('data-theirs')
  await expect(row(ana, 0)).not.toHaveAttribute('data-theirs')
  // He takes it back: the row is as it was.
  await ben.keyboard.press('u')
  await expect(row(ana, 1)).not.toContainText('by Ben')
})

test('a stale decision is refused with the name of who decided, and put back', async ({ browser }) => {
  const { ana, ben } = await bothAt(browser, searching, 2, deaf)
  await decide(ben, 0, 'ham')
  await expect(row(ben, 0)).toContainText('ham by Ben')
  await row(ana, 0).getByRole('button', { name: /as spam$/i }).click()
  await expect(ana.getByRole('alert')).toContainText(/Ben marked this as ham (just now|\d+ s ago)\. Nothing was changed/)
  await expect(row(ana, 0)).toContainText('ham by Ben')
  // Having seen it, she may overrule him.
  await row(ana, 0).getByRole('button', { name: /as spam$/i }).click()
  await expect(row(ana, 0)).toContainText('spam by Ana')
  await expect(row(ben, 0)).toContainText('spam by Ana')
})

test('a bulk action leaves alone what somebody decided meanwhile, and counts it', async ({ browser }) => {
  const { ana, ben } = await bothAt(browser, searching, 4, deaf)
  await decide(ben, 2, 'ham')
  await expect(row(ben, 2)).toContainText('ham by Ben')
  await ana.keyboard.press('*')
  await ana.keyboard.press('s')
  await expect(ana.getByRole('region', { name: 'Undo' })).toContainText('Marked 3 as spam. 1 unchanged')
  await expect(row(ana, 2)).toContainText('ham by Ben')
  await expect(rows(ana).filter({ hasText: 'spam by Ana' })).toHaveCount(3)
})

test('nobody reviews what somebody else reviews', async ({ browser }) => {
  const { ana, ben } = await bothAt(browser, () => '/review', 6)
  const under = (page: Page) => page.locator('[data-open-detection]').getAttribute('data-open-detection')
  const seen: (string | null)[] = []
  for (const page of [ana, ben, ana, ben]) {
    const id = await under(page)
    expect(seen).not.toContain(id)
    seen.push(id)
    await expect(page.getByText(/^Reserved for you/)).toBeVisible()
    await page.keyboard.press('h')
    await expect(page.locator(`[data-open-detection="${id}"]`)).toHaveCount(0)
  }
})
