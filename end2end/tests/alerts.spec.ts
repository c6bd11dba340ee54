// What needs a person: a banner that can be put away, how alerts are set and tried out, budgets, and the page about health.

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inFront } from '../fixtures/front.js'
import { expect, test, type Gavel } from '../fixtures/test.js'
import type { Upstream } from '../fixtures/upstream.js'

let upstream: Upstream
let gavel: Gavel
let receiver: Server
let posted: { signature: string, body: { event?: string, content?: string } }[]

test.beforeEach(async ({ page }, info) => {
  ({ upstream, gavel } = await inFront(page, info, 'alerts', { used: 45_000 }))
  posted = []
  receiver = createServer((request, response) => {
    let text = ''
    request.on('data', part => { text += part })
    request.on('end', () => {
      posted.push({ signature: String(request.headers['gavel-signature']), body: JSON.parse(text) })
      response.writeHead(204).end()
    })
  })
  await new Promise<void>(listening => receiver.listen(0, '127.0.0.1', listening))
})

test.afterEach(async () => {
  await gavel.remove()
  await upstream.stop()
  receiver.close()
})

test.use({ storageState: { cookies: [], origins: [] } })

// Some start a Gavel twice, besides the browser.
test.setTimeout(90_000)

test('an alert is above every page until it is put away, and stays in the list', async ({ page, open }) => {
  const banner = page.getByRole('region', { name: 'Alerts', exact: true })
  await expect(async () => {
    await open(`${gavel.url}/`)
    await expect(banner).toContainText('90 % of the quota is used: 45,000 of 50,000 checks', { timeout: 500 })
  }).toPass()
  await open(`${gavel.url}/stats`)
  await expect(banner).toContainText('Since')
  await expect(page.getByText(/The upstream counts 45,000 more/)).toBeVisible()
  await banner.getByRole('button', { name: 'Dismiss: Quota' }).click()
  await expect(banner).toHaveCount(0)
  await gavel.stop()
  await gavel.start()
  await open(`${gavel.url}/health`)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(['Health'])
  await expect(banner).toHaveCount(0)
  const list = page.locator('section[aria-labelledby=alerts]')
  await expect(list).toContainText('90 % of the quota is used')
  await expect(list).toContainText('now')
})

test('the page about health tells of key, circuit and what waits', async ({ page, open }) => {
  await open(`${gavel.url}/`)
  await page.getByRole('link', { name: 'Connection and alerts' }).click()
  const card = page.locator('section[aria-labelledby=connection]')
  await expect(card).toContainText('ActiveLayer is working.')
  await expect(card).toContainText('Production key')
  await expect(card).toContainText('19 Nov 2024')
  await expect(card).toContainText('Calls go through.')
  await expect(card).toContainText('No errors since Gavel was started.')
  await expect(card).toContainText('0 waiting')
})

test('alerts are set, tried out, and what is wrong is said', async ({ page, open }) => {
  await open(`${gavel.url}/settings`)
  const section = page.locator('section[aria-labelledby=alerts]')
  await section.getByLabel('Warn at these percentages of the quota').fill('half')
  await section.getByLabel('Webhook address (blank: none)').fill('ftp://nowhere')
  await section.getByRole('button', { name: 'Save alerts' }).click()
  await expect(section).toContainText('The marks must be whole percentages')
  await expect(section).toContainText('The address must begin with https://')
  await expect(section.getByLabel('Warn at these percentages of the quota')).toHaveValue('half')

  await section.getByLabel('Warn at these percentages of the quota').fill('50, 100')
  await section.getByLabel('Webhook address (blank: none)').fill(`http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`)
  await section.getByRole('button', { name: 'Save alerts' }).click()
  await expect(section.locator('code').filter({ hasText: /^gvlwh_[0-9a-f]{64}$/ })).toHaveCount(1)
  await open(`${gavel.url}/settings`)
  await expect(section.getByText(/gvlwh_/)).toHaveCount(0)
  await expect(section.getByLabel('Warn at these percentages of the quota')).toHaveValue('50, 100')
  await section.getByRole('button', { name: 'Send a test' }).click()
  await expect(section.getByText('Test received by 127.0.0.1.')).toBeVisible()
  await expect.poll(() => posted.some(({ body, signature }) => body.event === 'test' && /^t=\d+,v1=[0-9a-f]{64}$/.test(signature))).toBe(true)

  const kind = section.getByLabel('The webhook is for')
  await expect(kind).toHaveValue('')
  await kind.selectOption('Discord')
  await section.getByRole('button', { name: 'Save alerts' }).click()
  await expect(section.getByText('Saved.')).toBeVisible()
  await open(`${gavel.url}/settings`)
  await expect(kind).toHaveValue('discord')
  await section.getByRole('button', { name: 'Send a test' }).click()
  await expect(section.getByText('Test received by 127.0.0.1.')).toBeVisible()
  await expect.poll(() => posted.some(({ body }) => !body.event && body.content?.includes('tries out how Gavel tells of alerts'))).toBe(true)
})

test('a hard budget is set, spent, and answered by the fallback', async ({ page, open, request }) => {
  const token = gavel.createToken('shop', 'shop.example.com')
  await open(`${gavel.url}/settings`)
  const section = page.locator('section[aria-labelledby=budgets]')
  await section.getByLabel('Checks', { exact: true }).fill('none')
  await section.getByLabel('Site or name of the token').fill('shop.example.com')
  await section.getByRole('button', { name: 'Set budget' }).click()
  await expect(section).toContainText('The budget must be a whole number of checks')
  await expect(section.getByLabel('Site or name of the token')).toHaveValue('shop.example.com')
  await section.getByLabel('Checks', { exact: true }).fill('2')
  await section.getByLabel('Per', { exact: true }).selectOption('The day (UTC)')
  await section.getByLabel('At the limit').selectOption('the fallback answers')
  await section.getByRole('button', { name: 'Set budget' }).click()
  const row = section.getByRole('row').filter({ hasText: 'site shop.example.com' })
  await expect(row).toContainText('0 of 2')

  const check = () => request.post(`${gavel.url}/api/v1/check`, {
    headers: { authorization: `Bearer ${token}` }, data: { message: 'Buy 10k visitors' },
  })
  for (let times = 0; times < 3; times++) expect((await check()).status()).toBe(200)
  expect(upstream.asked.filter(one => one.path === '/api/v1/check')).toHaveLength(2)
  await open(`${gavel.url}/settings`)
  await expect(row).toContainText('2 of 2, spent')
  await gavel.kill()
  await gavel.start()
  expect((await check()).status()).toBe(200)
  expect(upstream.asked.filter(one => one.path === '/api/v1/check'), 'it is still spent').toHaveLength(2)
  await open(`${gavel.url}/health`)
  await expect(page.locator('section[aria-labelledby=alerts]')).toContainText('The budget of the site shop.example.com is spent')
  await open(`${gavel.url}/settings`)
  await section.getByRole('button', { name: 'Remove the budget of site shop.example.com' }).click()
  await expect(section).toContainText('No budgets yet.')
  expect((await check()).status()).toBe(200)
  expect(upstream.asked.filter(one => one.path === '/api/v1/check')).toHaveLength(3)
})
