import { expect, test } from '../fixtures/test.js'

/** What the first, cold load of the log may cost over the wire, all included, in bytes. What is loaded later is `app/src/later`. */
const LIMIT = 350_000

test('the first load of /detections stays small', async ({ page, open, context }) => {
  const session = await context.newCDPSession(page)
  await session.send('Network.enable')
  const urls = new Map<string, string>()
  const bytes = new Map<string, number>()
  session.on('Network.responseReceived', ({ requestId, response }) => urls.set(requestId, response.url))
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    bytes.set(requestId, (bytes.get(requestId) ?? 0) + encodedDataLength)
  })
  await open('/detections')
  await page.waitForLoadState('networkidle')

  let total = 0
  for (const [request, size] of bytes) {
    total += size
    console.log(`${String(size).padStart(8)}  ${new URL(urls.get(request) ?? 'about:blank').pathname}`)
  }
  console.log(`${String(total).padStart(8)}  bytes over the wire for the first load of /detections`)
  expect(total).toBeLessThanOrEqual(LIMIT)
})

test('what is loaded later comes with the first touch, once', async ({ page, open }) => {
  const later: string[] = []
  page.on('response', response => { if (response.url().includes('gavel_later')) later.push(response.url()) })
  await open('/detections')
  await page.waitForLoadState('networkidle')
  expect(later).toEqual([])
  await page.getByRole('link', { name: 'Corrected', exact: true }).hover()
  await expect.poll(() => later.length).toBe(1)
  await page.getByRole('combobox', { name: 'Search the detections' }).focus()
  await page.keyboard.press('Control+k')
  await expect(page.getByRole('dialog', { name: 'Commands and pages' })).toBeVisible()
  expect(later.length).toBe(1)
})

test('named by their content, the assets are kept for good', async ({ page, open }) => {
  const kept = new Map<string, string | undefined>()
  page.on('response', response => {
    const { pathname } = new URL(response.url())
    if (pathname.startsWith('/pkg/')) kept.set(pathname, response.headers()['cache-control'])
  })
  await open('/detections')
  expect(new Set([...kept.keys()].map(path => path.split('.').pop()))).toEqual(new Set(['css', 'js', 'wasm']))
  for (const [path, header] of kept) expect(header, path).toContain('immutable')
})
