// Gavel in front of an ActiveLayer: its errors in words, and feedback that survives a kill.

import { inFront } from '../fixtures/front.js'
import { expect, test, type Gavel } from '../fixtures/test.js'
import type { Refusal, Upstream } from '../fixtures/upstream.js'

let upstream: Upstream
let gavel: Gavel

// A Gavel of each test's own, so that no refusal makes the next one careful. Feedback waits so long that it is still there when a
// slow machine has shown the decision.
test.beforeEach(async ({ page }, info) => {
  ({ upstream, gavel } = await inFront(page, info, 'upstream', { flags: ['--feedback-undo', '8s'] }))
})

test.afterEach(async () => {
  await gavel.remove()
  await upstream.stop()
})

test.use({ storageState: { cookies: [], origins: [] } })

/** The guide's table "Common Errors", and what a moderator reads. */
const REFUSALS: { name: string, refusal: Refusal, says: RegExp, next: RegExp }[] = [
  {
    name: '401', refusal: { status: 401, body: { error: 'Invalid API key', message: 'The provided API key is not valid' } },
    says: /does not accept the API key/, next: /Check ACTIVELAYER_API_KEY/,
  },
  {
    name: '403', refusal: { status: 403, body: { error: 'No Plan', message: 'User has no active plan' } },
    says: /no active plan/, next: /Activate a plan/,
  },
  {
    name: '422', refusal: { status: 422, body: { error: 'Validation failed', errors: { message: ['The message field is required.'] } } },
    says: /The message field is required/, next: /Correct the fields/,
  },
  {
    name: '429 by month', refusal: {
      status: 429,
      body: { error: 'Rate Limit Exceeded', message: 'Monthly request limit exceeded', limit: 50000, used: 50000, remaining: 0 },
    },
    says: /monthly quota is used up: 50000 of 50000/, next: /next billing period/,
  },
  {
    name: '500', refusal: {
      status: 500, body: { error: 'Internal server error', message: 'An error occurred while processing your request.' },
    },
    says: /internal error/, next: /Check again in a moment/,
  },
]

for (const { name, refusal, says, next } of REFUSALS) {
  test(`a ${name} of the upstream is shown for what it is, and the content is kept`, async ({ page, open }) => {
    upstream.refusal = refusal
    await open(`${gavel.url}/check`)
    await page.getByLabel('Message', { exact: true }).fill('Need more traffic? Buy 10k visitors today!')
    await page.getByRole('button', { name: 'Check', exact: true }).click()
    const panel = page.getByRole('alert')
    await expect(panel).toContainText(says)
    await expect(panel).toContainText(next)
    await expect(page.getByLabel('Message', { exact: true })).toHaveValue('Need more traffic? Buy 10k visitors today!')
  })
}

test('killed right after a click on spam, Gavel loses neither label nor feedback', async ({ page, open }) => {
  await open(`${gavel.url}/check`)
  await page.getByLabel('Message', { exact: true }).fill('Hi! I can deliver 1,000 followers for just $5.')
  await page.getByRole('button', { name: 'Check', exact: true }).click()
  await page.getByRole('link', { name: 'Open in the log' }).click()
  const pane = page.getByRole('region', { name: 'Detection' })
  const before = upstream.feedback.length
  await pane.getByRole('button', { name: 'Mark as spam' }).click()
  await expect(pane.getByText('Confirmed spam by Ana')).toBeVisible()
  expect(upstream.feedback.length).toBe(before)
  await gavel.kill()

  await gavel.start()
  await expect.poll(() => upstream.feedback.length, { timeout: 30_000 }).toBe(before + 1)
  expect(upstream.feedback.at(-1)?.is_spam).toBe(true)
  await expect.poll(async () => {
    await page.reload()
    return pane.textContent()
  }).toMatch(/ActiveLayer accepted it \d+ s later/)
  await expect(pane.getByText('Confirmed spam by Ana')).toBeVisible()
})

test('the key is in no page and no answer', async ({ page, open }) => {
  const seen: Promise<string>[] = []
  page.on('response', response => {
    // The stream of events does not end; what it carries are ids.
    if (response.headers()['content-type'] !== 'text/event-stream') seen.push(response.text().catch(() => ''))
  })
  for (const path of ['/', '/check', '/detections', '/stats', '/settings', '/metrics', '/readyz']) await page.goto(gavel.url + path)
  await open(`${gavel.url}/settings`)
  await expect(page.getByText('ActiveLayer is working.')).toBeVisible()
  for (const text of await Promise.all(seen)) expect(text).not.toContain('sk-secret-4711')
})
