// Callbacks: set, shown once, seen in the list, removed. With and without JavaScript.

import { expect, test } from '../fixtures/test.js'

test('a callback is set, its secret shown once, and it is removed', async ({ page, open }, info) => {
  const site = `shop-${info.workerIndex}-${info.retry}.example.com`
  await open('/settings/callbacks')
  const form = page.getByRole('region', { name: 'Set a callback' })
  await form.getByLabel('Site').fill(site)
  await form.getByLabel('Address that is called').fill('ftp://nowhere')
  await form.getByRole('button', { name: 'Set callback' }).click()
  await expect(form).toContainText('must begin with https://')
  await expect(form.getByLabel('Site')).toHaveValue(site)
  await form.getByLabel('Address that is called').fill('http://127.0.0.1:9/hook')
  await form.getByRole('button', { name: 'Set callback' }).click()
  await expect(form).toContainText('leads to this machine')
  await form.getByLabel('Address that is called').fill('https://203.0.113.7/hook')
  await form.getByRole('button', { name: 'Set callback' }).click()
  const shown = page.locator('code').filter({ hasText: /^gvlcb_[0-9a-f]{64}$/ })
  await expect(shown).toHaveCount(1)
  const secret = await shown.textContent() ?? ''
  await open('/settings/callbacks')
  await expect(page.getByText(secret)).toHaveCount(0)
  const one = page.getByRole('region', { name: site })
  await expect(one).toContainText('Nothing waits.')
  await one.getByRole('button', { name: /^Remove/ }).click()
  await expect(one).toHaveCount(0)
})
