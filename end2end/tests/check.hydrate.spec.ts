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
