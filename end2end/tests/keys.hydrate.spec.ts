// Every key of the table, in the browser.

import { marked, marker, paste, row, rows, searching } from '../fixtures/desk.js'
import type { BrowserContext } from '@playwright/test'
import { expect, test, type Gavel, type Page } from '../fixtures/test.js'

const press = (page: Page, ...keys: string[]) => keys.reduce(async (before, key) => { await before; await page.keyboard.press(key) }, Promise.resolve())
const focusedRow = (page: Page) => page.locator('[data-row]:focus-within')

test.describe('in the list', () => {
  let word = ''
  test.beforeEach(async ({ page, open }) => {
    word = marker('keys')
    await paste(page, marked(word, 5))
    await open(searching(word))
    await expect(rows(page)).toHaveCount(5)
  })

  test('j, k and arrows move, Enter and o open', async ({ page }) => {
    await press(page, 'j')
    await expect(row(page, 0).getByRole('link')).toBeFocused()
    await press(page, 'j', 'ArrowDown')
    await expect(row(page, 2).getByRole('link')).toBeFocused()
    await press(page, 'k')
    await expect(row(page, 1).getByRole('link')).toBeFocused()
    await press(page, 'ArrowUp')
    await expect(row(page, 0).getByRole('link')).toBeFocused()
    await press(page, 'Enter')
    await expect(page.getByRole('heading', { name: /^Detection \d+$/ })).toBeVisible()
    const first = await page.getByRole('heading', { name: /^Detection \d+$/ }).textContent()
    await press(page, 'j')
    await expect(page.getByRole('heading', { name: /^Detection \d+$/ })).not.toHaveText(first ?? '')
  })

  test('what is open goes along: a label is never for what one does not see', async ({ page }) => {
    await press(page, 'j', 'Enter')
    const heading = page.getByRole('heading', { name: /^Detection \d+$/ })
    await expect(heading).toBeVisible()
    const id = async (index: number) => await row(page, index).getAttribute('data-row')
    for (const index of [0, 1]) {
      await expect(heading).toHaveText(`Detection ${await id(index)}`)
      await press(page, 's')
      await expect(row(page, index)).toContainText('spam by Ana')
    }
    await expect(heading).toHaveText(`Detection ${await id(2)}`)
    await press(page, 'k')
    await expect(heading).toHaveText(`Detection ${await id(1)}`)
  })

  test('whether a label goes on to the next is a choice', async ({ page, open }) => {
    await page.getByText('View', { exact: true }).click()
    await page.getByLabel('Go on to the next row').uncheck()
    await page.keyboard.press('Escape')
    try {
      await row(page, 0).getByRole('link').focus()
      await press(page, 's')
      await expect(row(page, 0)).toContainText('spam by Ana')
      await expect(row(page, 0).getByRole('link')).toBeFocused()
      await open(searching(word))
      await page.getByText('View', { exact: true }).click()
      await expect(page.getByLabel('Go on to the next row'), 'it is remembered').not.toBeChecked()
    } finally {
      await page.context().clearCookies({ name: 'gavel_list' })
    }
  })

  test('j skips in Review also after a visit to the log', async ({ page }) => {
    await press(page, 'j')
    await page.getByRole('link', { name: 'Review' }).first().click()
    const open = page.locator('[data-open-detection]')
    await expect(open).toBeVisible()
    const first = await open.getAttribute('data-open-detection')
    await press(page, 'j')
    await expect(open).not.toHaveAttribute('data-open-detection', first ?? '')
  })

  test('x, Shift+x and * select', async ({ page }) => {
    await press(page, 'j', 'x')
    await expect(row(page, 0).getByRole('checkbox')).toBeChecked()
    await press(page, 'j', 'j', 'Shift+X')
    await expect(page.getByText('3 selected')).toBeVisible()
    await press(page, '*')
    await expect(page.getByText('5 selected')).toBeVisible()
    await press(page, '*')
    await expect(page.getByText('0 selected')).toBeHidden()
  })

  test('s and h label and go on to the next row; u and Ctrl+Z take back the latest', async ({ page }) => {
    await press(page, 'j', 's')
    await expect(row(page, 0)).toContainText('spam by Ana')
    await expect(row(page, 1).getByRole('link')).toBeFocused()
    await press(page, 'h')
    await expect(row(page, 1)).toContainText('ham by Ana')
    await expect(row(page, 2).getByRole('link')).toBeFocused()
    await press(page, 'u')
    await expect(row(page, 1)).not.toContainText('by Ana')
    await expect(row(page, 0)).toContainText('by Ana')
    await press(page, 'Control+z')
    await expect(row(page, 0)).not.toContainText('by Ana')
  })

  test('undo right after a label waits for the label', async ({ page }) => {
    await press(page, 'j', 's', 'u')
    await expect(page.getByText('Undone.').first()).toBeAttached()
    await expect(row(page, 0)).not.toContainText('by Ana')
  })

  test('a selection is labelled by key, and undone by one', async ({ page }) => {
    await press(page, '*', 'h')
    await expect(rows(page).filter({ hasText: 'ham by Ana' })).toHaveCount(5)
    await press(page, 'u')
    await expect(rows(page).filter({ hasText: 'by Ana' })).toHaveCount(0)
  })

  test('numbers choose the reasons of the label just set, also before the server has answered', async ({ page }) => {
    const given = (index: number) => page.getByRole('region', { name: 'Undo' }).locator('[data-toast]').nth(index).locator('[aria-pressed=true]')
    await press(page, 'j', 's', '2', 's', '1', '3')
    await expect(row(page, 1)).toContainText('spam by Ana')
    await expect(given(0)).toHaveText([/scam/])
    await expect(given(1)).toHaveText([/SEO link/, /adult/])
    await press(page, '1')
    await expect(given(1)).toHaveText([/adult/])
  })

  test('numbers after a selection are for all of it', async ({ page, open }) => {
    await press(page, '*', 'h', '1')
    await expect(rows(page).filter({ hasText: 'ham by Ana' })).toHaveCount(5)
    await expect(page.getByRole('region', { name: 'Undo' }).locator('[aria-pressed=true]')).toHaveText([/customer/])
    await open(searching(`${word} reason:customer`))
    await expect(rows(page)).toHaveCount(5)
  })

  test('the key of a macro is for the row at hand, for what is open, and for a selection', async ({ page, open }) => {
    const macro = async (path: string, form: Record<string, string>) => {
      const answer = await page.request.post(path, { form, headers: { accept: 'application/json' } })
      expect(answer.status(), await answer.text()).toBe(200)
    }
    await macro('/fn/reasons/set-macro', { 'one[name]': word, 'one[key]': 'q', 'one[label]': 'spam', 'one[reasons]': 'scam' })
    try {
      await open(searching(word))
      await press(page, 'j', 'q')
      await expect(row(page, 0)).toContainText('spam by Ana')
      await expect(row(page, 1).getByRole('link')).toBeFocused()
      await press(page, 'Enter')
      await expect(page.getByRole('form', { name: 'Macros' })).toBeVisible()
      await press(page, 'q')
      await expect(row(page, 1)).toContainText('spam by Ana')
      await press(page, '*', 'q')
      await expect(rows(page).filter({ hasText: 'spam by Ana' })).toHaveCount(5)
      await open(searching(`${word} reason:scam`))
      await expect(rows(page)).toHaveCount(5)
    } finally {
      const list = await (await page.request.get('/fn/reasons/list')).json() as { macros: { id: number }[] }
      for (const { id } of list.macros) await macro('/fn/reasons/remove-macro', { id: String(id) })
    }
  })

  test('keys are off while typing', async ({ page }) => {
    await press(page, '/')
    await expect(page.getByLabel('Search the detections')).toBeFocused()
    await page.keyboard.type(' shjk?')
    await expect(page.getByLabel('Search the detections')).toHaveValue(/shjk\?$/)
    await expect(page.getByRole('dialog')).toBeHidden()
    await expect(page.getByText('by Ana')).toHaveCount(0)
  })

  test('b hides text and shows it again', async ({ page }) => {
    await press(page, 'b')
    await expect(page.locator('[data-blur]')).toBeAttached()
    await press(page, 'b')
    await expect(page.locator('[data-blur]')).not.toBeAttached()
  })

  /** Opens the first row and copies its id, both by key; the pane, and what reads the clipboard. */
  async function copyFirst(page: Page, context: BrowserContext, gavel: Gavel) {
    await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: gavel.url })
    await press(page, 'j', 'Enter')
    const pane = page.getByRole('region', { name: 'Detection' })
    await expect(pane.getByRole('heading', { name: /^Detection \d+$/ })).toBeVisible()
    await press(page, 'c')
    const copied = () => page.evaluate(() => navigator.clipboard.readText())
    await expect.poll(copied).toMatch(/^[0-9a-f-]{36}$/)
    return { verdicts: pane.getByRole('table', { name: 'Verdicts' }), copied }
  }

  test('c copies the id of what is open, r judges it again', async ({ page, context, gavel }) => {
    const { verdicts } = await copyFirst(page, context, gavel)
    await press(page, 'r')
    await expect(verdicts.getByRole('row')).toHaveCount(3)
  })

  test('c and r are for the row at hand, also while the pane is still on its way to it', async ({ page, context, gavel }) => {
    const { verdicts, copied } = await copyFirst(page, context, gavel)
    const first = await copied()
    await press(page, 'j', 'c')
    await expect.poll(copied).not.toBe(first)
    await press(page, 'r')
    await expect(verdicts.getByRole('row')).toHaveCount(3)
  })
})

test('g and a letter go to a page', async ({ page, open }) => {
  await open('/')
  for (const [letter, heading] of [['d', 'Detections'], ['s', 'Stats'], ['c', 'Check'], ['r', 'Review']]) {
    await page.locator('body').evaluate(() => (document.activeElement as HTMLElement | null)?.blur())
    await press(page, 'g', letter)
    await expect(page.getByRole('heading', { level: 1, name: heading })).toBeVisible()
  }
})

test('a menu closes by Escape, which gives the focus back, and by a click beside it', async ({ page, open }) => {
  await open('/detections')
  const menu = page.locator('details[data-menu]').filter({ hasText: 'Log out' })
  const summary = menu.locator('summary')
  await summary.click()
  await expect(page.getByRole('button', { name: 'Log out' })).toBeVisible()
  await press(page, 'Escape')
  await expect(page.getByRole('button', { name: 'Log out' })).toBeHidden()
  await expect(summary).toBeFocused()
  await summary.click()
  await page.getByRole('heading', { name: 'Detections' }).click()
  await expect(page.getByRole('button', { name: 'Log out' })).toBeHidden()
})

test('? lists every key, Escape gives the focus back', async ({ page, open }) => {
  await open('/stats')
  await press(page, '?')
  const help = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
  for (const words of ['Mark as spam', 'Select all on the page', 'Go to Review']) await expect(help.getByText(words)).toBeVisible()
  expect(await help.getByRole('row').count()).toBe(20)
  await press(page, 'Escape')
  await expect(help).toBeHidden()
})

test('Ctrl+K opens the palette, which filters, chooses and closes', async ({ page, open }) => {
  await open('/detections')
  await press(page, 'Control+k')
  const palette = page.getByRole('dialog', { name: 'Commands and pages' })
  await expect(palette.getByRole('combobox')).toBeFocused()
  await page.keyboard.type('go sett')
  await expect(palette.getByRole('option')).toHaveCount(1)
  await press(page, 'Enter')
  await expect(page.getByRole('heading', { level: 1, name: 'Settings' })).toBeVisible()
  await expect(palette).toBeHidden()
})

test('Tab passes the list as one row, and visible focus is where the keys are', async ({ page, open }) => {
  const word = marker('tab')
  await paste(page, marked(word, 3))
  await open(searching(word))
  await press(page, 'j', 'j')
  await expect(focusedRow(page)).toHaveCount(1)
  await expect(row(page, 0).getByRole('link')).toHaveAttribute('tabindex', '-1')
  await expect(row(page, 1).getByRole('link')).not.toHaveAttribute('tabindex', '-1')
  const outline = await row(page, 1).getByRole('link').evaluate(link => getComputedStyle(link).outlineStyle)
  expect(outline).toBe('solid')
})
