// Tokens of apps: made in Settings, shown once, used at the gateway, taken back.

import { expect, test } from '../fixtures/test.js'

test('a token is made, shown once, opens the gateway, and opens nothing once it is revoked', async ({ page, open, request }, info) => {
  const name = `shop-${info.workerIndex}-${info.retry}`
  await open('/settings')
  const section = page.getByRole('region', { name: 'App tokens' })
  await section.getByLabel('Name').fill(name)
  await section.getByLabel('Site').fill('shop.example.com')
  await section.getByLabel(/Requests a minute/).fill('60')
  await section.getByLabel('If the spam service does not answer').selectOption('use the built-in detector')
  await section.getByRole('button', { name: 'Create token' }).click()
  const shown = section.locator('code').filter({ hasText: /^gvl_[0-9a-f]{64}$/ })
  await expect(shown).toHaveCount(1)
  const token = await shown.textContent() ?? ''
  expect(page.url()).not.toContain(token)
  // What the developer needs stands above the form, and the form is blank: a second press makes no second token.
  const issued = section.locator('[data-issued]')
  await expect(issued).toContainText(`${new URL(page.url()).origin}/api/v1`)
  await expect(issued).toContainText(`curl ${new URL(page.url()).origin}/api/v1/check`)
  await expect(section.getByLabel('Name')).toHaveValue('')
  const [box, field] = [await issued.boundingBox(), await section.getByLabel('Name').boundingBox()]
  expect(box!.y).toBeLessThan(field!.y)
  const row = section.getByRole('row').filter({ hasText: name })
  await expect(row).toContainText('60 a minute')
  await expect(row).toContainText('use the built-in detector')

  const verify = () => request.get('/api/v1/verify', { headers: { authorization: `Bearer ${token}` } })
  expect((await verify()).status()).toBe(200)
  await open('/settings')
  await expect(section).toContainText(token.slice(0, 12))
  await expect(page.getByText(token)).toHaveCount(0)

  // It asks first.
  await expect(section.getByRole('button', { name: `Revoke ${name}` })).toBeHidden()
  await row.getByText('Revoke …').click()
  await section.getByRole('button', { name: `Revoke ${name}` }).click()
  await expect(row).toContainText('revoked')
  expect((await verify()).status()).toBe(401)
  // It is counted behind the answer.
  await expect(async () => {
    await open('/settings')
    await expect(row).toContainText('still knocks: refused 1 time', { timeout: 500 })
  }).toPass()
})

test('a form that is not right says what is wrong and keeps what was typed', async ({ page, open }) => {
  await open('/settings')
  const section = page.getByRole('region', { name: 'App tokens' })
  await section.getByLabel('Name').fill('wrong')
  await section.getByLabel('Site').fill('shop.example.com')
  await section.getByLabel(/Requests a minute/).fill('many')
  await section.getByRole('button', { name: 'Create token' }).click()
  await expect(section).toContainText('The limit must be a whole number')
  await expect(section.getByLabel('Site')).toHaveValue('shop.example.com')
  await expect(section.getByRole('row').filter({ hasText: 'wrong' })).toHaveCount(0)
})

test('a token is kept within bounds, gets another secret, and the old one goes on for a while', async ({ page, open, request }, info) => {
  const name = `bound-${info.project.name}-${info.workerIndex}-${info.retry}`
  await open('/settings')
  const section = page.getByRole('region', { name: 'App tokens' })
  await section.getByLabel('Name').fill(name)
  await section.getByLabel('Site').fill('shop.example.com')
  await section.getByLabel(/Last day/).fill('2999-12-30')
  await section.getByLabel(/Only from these/).fill('127.0.0.0/8, ::1')
  await section.getByLabel('send feedback').uncheck()
  await section.getByLabel('hear decisions').uncheck()
  await section.getByRole('button', { name: 'Create token' }).click()
  const shown = section.locator('code').filter({ hasText: /^gvl_[0-9a-f]{64}$/ })
  await expect(shown).toHaveCount(1)
  const first = await shown.textContent() ?? ''
  const row = section.getByRole('row').filter({ hasText: name })
  await expect(row).toContainText("ask for verdicts, see the plan's usage")
  await expect(row).toContainText('only from 127.0.0.0/8, ::1/128')
  await expect(row).toContainText('until the end of 2999-12-30 (UTC)')
  // Both are asked for again, whatever was chosen before.
  await open('/settings')
  await expect(section.getByLabel('send feedback')).toBeChecked()

  const ask = async (path: string, token: string) =>
    (await request.get(`/api/v1/${path}`, { headers: { authorization: `Bearer ${token}` } })).status()
  expect([await ask('verify', first), await ask('decisions', first)]).toEqual([200, 403])

  await row.getByText('New secret …').click()
  await row.getByLabel(/Hours for which the old one goes on/).fill('2')
  await section.getByRole('button', { name: `Make a new secret for ${name}` }).click()
  await expect(row).toContainText(`The old secret ${first.slice(0, 12)}… ends`)
  await expect(shown.filter({ hasNotText: first })).toHaveCount(1)
  const second = await shown.filter({ hasNotText: first }).textContent() ?? ''
  expect([await ask('verify', first), await ask('verify', second)]).toEqual([200, 200])

  await open('/settings')
  await expect(page.getByText(second)).toHaveCount(0)
  await row.getByText('New secret …').click()
  await row.getByLabel(/Hours for which the old one goes on/).fill('0')
  await section.getByRole('button', { name: `Make a new secret for ${name}` }).click()
  await expect(row).toContainText(`The old secret ${second.slice(0, 12)}… ended`)
  expect([await ask('verify', first), await ask('verify', second)]).toEqual([401, 401])
})

test('bounds that cannot be are named and what was typed stays', async ({ page, open }, info) => {
  const name = `nowhere-${info.project.name}-${info.workerIndex}-${info.retry}`
  await open('/settings')
  const section = page.getByRole('region', { name: 'App tokens' })
  await section.getByLabel('Name').fill(name)
  await section.getByLabel('Site').fill('shop.example.com')
  await section.getByLabel(/Only from these/).fill('10.0.0.0/99')
  await section.getByLabel('send feedback').uncheck()
  await section.getByRole('button', { name: 'Create token' }).click()
  await expect(section).toContainText('"10.0.0.0/99" is no network')
  await expect(section.getByLabel(/Only from these/)).toHaveValue('10.0.0.0/99')
  await expect(section.getByLabel('send feedback')).not.toBeChecked()
  await expect(section.getByRole('row').filter({ hasText: name })).toHaveCount(0)
})

test('the API reference is open to all and reads without a script', async ({ page }) => {
  const response = await page.goto('/api')
  expect(response?.status()).toBe(200)
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Gavel gateway')
  await expect(page.getByRole('heading', { level: 2 })).toHaveCount(10)
})
