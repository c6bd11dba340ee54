import { admin, expect, logIn, test } from '../fixtures/test.js'

test.use({ storageState: { cookies: [], origins: [] } })

test('who is not logged in is asked to, and then lands where they wanted to go', async ({ page, open }) => {
  await open('/detections?q=is%3Aspam')
  await expect(page).toHaveURL(/\/login\?next=/)
  await page.getByLabel('E-mail').fill(admin.email)
  await page.getByLabel('Password').fill(admin.password)
  await page.getByRole('button', { name: 'Log in' }).click()
  await expect(page).toHaveURL(/\/detections\?q=is(%3A|:)spam$/)
  await expect(page.getByRole('heading', { level: 1, name: 'Detections' })).toBeVisible()
})

test('a wrong password is refused, and the address typed is kept', async ({ page, open, context }) => {
  await open('/login')
  await page.getByLabel('E-mail').fill(admin.email)
  await page.getByLabel('Password').fill('a wrong password')
  await page.getByRole('button', { name: 'Log in' }).click()
  await expect(page.getByRole('alert')).not.toBeEmpty()
  await expect(page.getByLabel('E-mail')).toHaveValue(admin.email)
  await expect(page.getByLabel('Password')).toHaveValue('')
  const answer = await context.request.get('/detections', { maxRedirects: 0 })
  expect(answer.status(), 'still not let in').toBeGreaterThanOrEqual(300)
})

test('logging out ends the session on the server, not only in this browser', async ({ page, context }) => {
  await logIn(page, admin)
  const cookies = await context.cookies()
  await page.locator('summary', { hasText: 'Account' }).click()
  await page.getByRole('button', { name: 'Log out' }).click()
  await expect(page).toHaveURL(/\/login/)
  await context.addCookies(cookies)
  await page.goto('/detections')
  await expect(page).toHaveURL(/\/login/)
})

test('the session cookie is out of reach of scripts and of other sites', async ({ page, context }) => {
  await logIn(page, admin)
  const guarded = (await context.cookies()).filter(cookie => cookie.httpOnly)
  expect(guarded.map(cookie => cookie.name).sort(), 'the session, and that this browser is known').toEqual(['gavel_device', 'gavel_session'])
  for (const cookie of guarded) expect(cookie.sameSite).not.toBe('None')
})

test('after logging out, Back shows nothing', async ({ page }) => {
  await logIn(page, admin)
  await page.goto('/detections')
  await expect(page.getByRole('heading', { level: 1, name: 'Detections' })).toBeVisible()
  await page.goto('/stats')
  await expect(page.getByRole('heading', { level: 1, name: 'Stats' })).toBeVisible()
  await page.locator('summary', { hasText: 'Account' }).click()
  await page.getByRole('button', { name: 'Log out' }).click()
  await expect(page).toHaveURL(/\/login/)
  for (let times = 0; times < 2; times++) {
    await page.goBack()
    await expect(page).toHaveURL(/\/login/)
    await expect(page.getByRole('button', { name: 'Log in' })).toBeVisible()
    await expect(page.getByRole('heading', { level: 1, name: /Stats|Detections/ })).toHaveCount(0)
  }
})
