// First run: the link on the console makes the first administrator, once.

import { admin, expect, Gavel, test } from '../fixtures/test.js'

let gavel: Gavel

test.beforeEach(async ({}, info) => {
  gavel = new Gavel(`setup-${info.project.name}-${info.workerIndex}`)
  await gavel.start()
})

test.afterEach(() => gavel.remove())

test.use({ storageState: { cookies: [], origins: [] } })

test('the one-time link makes the first administrator', async ({ page, open }) => {
  const links = gavel.output().match(/http:\S+\/setup\?token=\w+/g)
  const link = links?.at(-1)
  if (!link) throw new Error(`no link on the console:\n${gavel.output()}`)
  await open(`${gavel.url}/login`)
  await expect(page.getByText('There is no account yet.'), 'who comes here first is told where to go').toBeVisible()
  await open(link)
  await page.getByLabel('Your name').fill(admin.name)
  await page.getByLabel('E-mail').fill(admin.email)
  await page.getByLabel(/^Password/).fill('short')
  await page.getByRole('button', { name: 'Create account' }).click()
  await expect(page.locator('#password-problem')).toContainText(/12 characters/)
  await expect(page.getByLabel('Your name')).toHaveValue(admin.name)

  await page.getByLabel(/^Password/).fill(admin.password)
  await page.getByRole('button', { name: 'Create account' }).click()
  await expect(page).toHaveURL(`${gavel.url}/`)
  await page.goto(`${gavel.url}/settings`)
  await expect(page.getByRole('rowheader', { name: admin.name })).toBeVisible()

  const again = await page.goto(link)
  expect(again?.status()).toBe(403)
  await expect(page.getByText('This link has been used or has expired.')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Create account' }), 'nothing to fill in for nothing').toHaveCount(0)
  await page.goto(`${gavel.url}/login`)
  await expect(page.getByText('There is no account yet.')).toHaveCount(0)
})
