// Second thoughts on the Check page.

import { expect, test } from '../fixtures/test.js'

test('a correction is taken back where it was made, and can be made again', async ({ page, open }) => {
  await open('/check')
  await page.getByLabel('Message', { exact: true }).fill('Thanks for the recipe, the bread came out well on Sunday.')
  await page.getByRole('button', { name: 'Check', exact: true }).click()
  const verdict = page.getByRole('article', { name: 'Verdict' })
  const correct = verdict.getByRole('button', { name: /wrong, it is spam$/ })
  for (const _ of [1, 2]) {
    await correct.click()
    await expect(verdict.getByRole('button', { name: 'Corrected to spam' })).toBeDisabled()
    await page.getByRole('button', { name: 'Undo' }).first().click()
    await expect(correct).toBeEnabled()
    await expect(verdict).toContainText('Taken back.')
  }
})

for (const key of ['Control+Enter', 'Meta+Enter']) {
  test(`${key} checks`, async ({ page, open }) => {
    await open('/check')
    await page.getByLabel('Message', { exact: true }).fill('A line about the weather in March.')
    await page.keyboard.press(key)
    await expect(page.getByRole('article', { name: 'Verdict' })).toBeVisible()
  })
}

test('a table of several fills as verdicts come', async ({ page, open }) => {
  await open('/check')
  await page.getByLabel('Message', { exact: true }).fill('One about bread\nTwo about bread\nThree about bread')
  await page.getByLabel('One message per line').check()
  let asked = 0
  let letGo = () => {}
  const held = new Promise<void>(resolve => { letGo = resolve })
  await page.route('**/fn/checks/run', async route => {
    asked += 1
    if (asked === 3) await held
    await route.continue()
  })
  await page.getByRole('button', { name: 'Check', exact: true }).click()
  await expect(page.getByRole('heading', { name: /^3 messages: \d spam, \d ham, 1 to come$/ })).toBeVisible()
  await expect(page.locator('[data-checked="2"]').getByRole('link')).toBeVisible()
  await expect(page.locator('[data-checked="3"]')).toContainText('…')
  letGo()
  await expect(page.getByRole('heading', { name: /^3 messages: \d spam, \d ham, 0 not judged$/ })).toBeVisible()
  expect(asked, 'one request a message, and none twice').toBe(3)
})

test('the bookmark is told with the address of this Gavel', async ({ page, open, gavel }) => {
  await open('/check')
  await page.getByText('Check text from any page').click()
  await expect(page.locator('[data-bookmarklet] code')).toContainText(`javascript:void open('${gavel.url}/check?text='+encodeURIComponent(`)
})

test('what is left of the quota follows a check', async ({ page, open }) => {
  await open('/check')
  const left = page.locator('header').getByText(/checks left$/)
  const before = await left.textContent()
  await page.getByLabel('Message', { exact: true }).fill('A line about the quota.')
  await page.keyboard.press('Control+Enter')
  await expect(page.getByRole('article', { name: 'Verdict' })).toBeVisible()
  await expect(left).not.toHaveText(before!)
})
