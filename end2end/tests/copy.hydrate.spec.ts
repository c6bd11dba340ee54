import { expect, test } from '../fixtures/test.js'

test('a detection id is copied, and the button says so only when it was', async ({ page, open, context }) => {
  await open('/check?sample=spam')
  await page.getByRole('button', { name: 'Check', exact: true }).click()
  const verdict = page.getByRole('article', { name: 'Verdict' })
  const id = await verdict.locator('code').textContent()
  await context.grantPermissions([])
  await page.evaluate(() => { navigator.clipboard.writeText = () => Promise.reject(new Error('refused')) })
  await verdict.getByRole('button', { name: 'Copy' }).click()
  await expect(verdict.getByRole('button', { name: 'Not copied' })).toBeVisible()
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.evaluate(() => { delete (navigator.clipboard as { writeText?: unknown }).writeText })
  await verdict.getByRole('button', { name: 'Not copied' }).click()
  await expect(verdict.getByRole('button', { name: 'Copied', exact: true })).toBeVisible()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(id)
})
