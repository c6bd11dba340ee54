// People: invited by a link, changed, disabled; their own account; and the record of all that.

import { admin, expect, logIn, test, type Account } from '../fixtures/test.js'

test('somebody is invited, joins, changes the password, is changed and disabled, and all of it is on record', async ({ page, open, browser, baseURL, javaScriptEnabled }, info) => {
  const name = `Mo ${info.project.name}`
  const mo: Account = { email: `mo-${info.workerIndex}-${info.retry}@example.com`, name, role: 'moderator', password: 'purple lamp over seven hills' }
  await open('/settings/people')
  await page.getByLabel('E-mail').fill(mo.email)
  await page.getByRole('combobox', { name: 'Role', exact: true }).selectOption('moderator')
  await page.getByRole('button', { name: 'Make link' }).click()
  const link = await page.locator('code').filter({ hasText: '/join?code=' }).textContent() ?? ''
  expect(page.url()).not.toContain('code=')
  await expect(page.getByRole('row').filter({ hasText: mo.email })).toContainText('moderator')

  const context = await browser.newContext({ baseURL, javaScriptEnabled, storageState: { cookies: [], origins: [] } })
  const theirs = await context.newPage()
  await theirs.goto(link)
  await theirs.getByLabel('Your name').fill(name)
  await theirs.getByLabel(/^Password/).fill('password1234')
  await theirs.getByRole('button', { name: 'Create account' }).click()
  await expect(theirs.locator('#password-problem')).toContainText('easy to guess')
  await theirs.getByLabel(/^Password/).fill(mo.password)
  await theirs.getByRole('button', { name: 'Create account' }).click()
  await expect(theirs.getByRole('heading', { level: 1, name: 'Overview' })).toBeVisible()
  expect((await context.request.get(link)).status(), 'it works once').toBe(410)

  await theirs.locator('summary', { hasText: 'Account' }).click()
  await theirs.getByRole('link', { name: 'Account' }).click()
  await expect(theirs.getByRole('heading', { level: 1, name: 'Account' })).toBeVisible()
  await theirs.getByLabel('Current password').fill(mo.password)
  mo.password = 'green boats under nine clouds'
  await theirs.getByLabel(/^New password/).fill(mo.password)
  await theirs.getByRole('button', { name: 'Change password' }).click()
  await expect(theirs.getByRole('status').filter({ hasText: 'Your password is changed' })).toBeVisible()
  await context.clearCookies()
  await logIn(theirs, mo)

  await open('/settings/people')
  const row = page.getByRole('row').filter({ hasText: mo.email })
  await row.getByText('Change …').click()
  await page.getByRole('combobox', { name: `Role of ${name}` }).selectOption('viewer')
  await page.getByRole('button', { name: `Set the role of ${name}` }).click()
  await expect(page.getByText(`${name} is now a viewer`)).toBeVisible()
  await expect(row).toContainText('viewer')
  // It may still be open from the change before.
  const disable = page.getByRole('button', { name: `Disable ${name}` })
  if (!await disable.isVisible()) await row.getByText('Change …').click()
  await disable.click()
  await expect(row).toContainText('disabled')
  await theirs.goto('/detections')
  await expect(theirs).toHaveURL(/\/login/)
  await context.close()

  await open('/settings/audit')
  const entries = page.getByRole('region', { name: 'List of entries' })
  for (const what of ['user: invited', 'user: created', 'user: password changed', 'user: role changed', 'user: disabled']) {
    await expect(entries.getByRole('cell', { name: what, exact: true }).first()).toBeVisible()
  }
  await page.getByRole('link', { name: 'Check that nothing was changed' }).click()
  await expect(page.getByText(/entries are as Gavel wrote them/)).toBeVisible()
})

test('the last administrator stays', async ({ page, open }) => {
  await open('/settings/people')
  const row = page.getByRole('row').filter({ hasText: admin.email })
  await row.getByText('Change …').click()
  await page.getByRole('button', { name: `Disable ${admin.name}` }).click()
  await expect(page.getByRole('alert').filter({ hasText: 'the last administrator who can log in' })).toBeVisible()
  await expect(row).not.toContainText('disabled')
})
