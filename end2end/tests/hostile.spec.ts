// Hostile messages do no harm where they are listed and printed: no dialog, no request to elsewhere, no element of theirs,
// nothing beyond the screen's edge.

import { expect, test, type Page } from '../fixtures/test.js'
import { isFound } from '../fixtures/desk.js'
import { hostile, malformed } from '../fixtures/hostile.js'

test.describe.configure({ mode: 'serial', timeout: 240_000 })

/** Watches a page for harm; call the answer to have it judged. */
function watch(page: Page, home: string): () => Promise<void> {
  const harm: string[] = []
  page.on('dialog', dialog => { harm.push(`dialog: ${dialog.message()}`); void dialog.dismiss() })
  page.on('request', request => {
    const { origin, protocol } = new URL(request.url())
    if (origin !== home && protocol !== 'data:' && protocol !== 'blob:') harm.push(`request: ${request.url()}`)
  })
  page.on('popup', popup => harm.push(`popup: ${popup.url()}`))
  return async () => expect(harm).toEqual([])
}

/** What the page's content holds that no text may bring. */
async function expectUnharmed(page: Page, where: string): Promise<void> {
  const found = await page.evaluate(() => ({
    harmed: '__harmed' in window,
    elements: [...document.querySelectorAll('main :is(script, iframe, img, object, embed, style, link, base, meta, video, math, template, animate, circle)')]
      .map(element => element.outerHTML.slice(0, 200)),
    handlers: [...document.querySelectorAll('main *')].flatMap(element => element.getAttributeNames().filter(name => name.startsWith('on'))),
    links: [...document.querySelectorAll<HTMLAnchorElement>('main a')].map(link => link.href).filter(href => !href.startsWith(location.origin)),
    overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  }))
  expect(found, where).toEqual({ harmed: false, elements: [], handlers: [], links: [], overflow: expect.any(Number) })
  expect(found.overflow, `${where} goes beyond the edge`).toBeLessThanOrEqual(0)
}

/** The text that is shown, with what stands for the invisible turned back into it. */
async function shownText(page: Page): Promise<string> {
  const shown = await page.locator('.font-text .hostile').evaluate(element => {
    const read = (node: Node): string => {
      if (node instanceof HTMLElement && node.title && node.dir === 'ltr') {
        const [, code, count] = /^U\+([0-9A-F]+)(?:×([\d,]+))?$/.exec(node.textContent ?? '') ?? []
        return String.fromCodePoint(Number.parseInt(code ?? '', 16)).repeat(Number((count ?? '1').replaceAll(',', '')))
      }
      return node.nodeType === Node.TEXT_NODE ? node.textContent ?? '' : [...node.childNodes].map(read).join('')
    }
    return read(element)
  })
  return shown.replace(/⟨U\+([0-9A-F]+)(?:×(\d+))?⟩/g, (_, code: string, count?: string) =>
    String.fromCodePoint(Number.parseInt(code, 16)).repeat(Number(count ?? 1)))
}

test('what was typed comes back as text when a check is refused, and is judged as text', async ({ page, open, gavel }) => {
  const unharmed = watch(page, new URL(gavel.url).origin)
  const typed = `</textarea></main><b id="harm">x</b><style>*{display:none!important}</style> &lt; <script>window.__harmed=1</script>`
  await open('/check')
  await page.getByLabel('Message', { exact: true }).fill(typed)
  await page.getByText('Sender and source (optional)').click()
  await page.getByLabel('IP address').fill('not an address')
  await page.getByRole('button', { name: 'Check', exact: true }).click()
  await expect(page.locator('#ip-problem')).not.toBeEmpty()
  await expect(page.getByLabel('Message', { exact: true })).toHaveValue(typed)
  await page.getByLabel('IP address').fill('203.0.113.9')
  await page.getByRole('button', { name: 'Check', exact: true }).click()
  await expect(page.getByRole('article', { name: 'Verdict' })).toBeVisible()
  await expect(page.locator('#harm')).toHaveCount(0)
  await expectUnharmed(page, 'check')
  await unharmed()
})

test('they come in by the gateway, and what is no text is refused', async ({ gavel, request }) => {
  const token = gavel.createToken('hostile', 'hostile.example.com')
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  for (const { name, word, message, email, author, user_agent, domain } of hostile) {
    const answer = await request.post('/api/v1/check', { headers, data: { message, email, name: author, user_agent, domain } })
    expect(answer.status(), `${word}: ${name}`).toBe(200)
  }
  for (const [name, body] of malformed) {
    const answer = await request.post('/api/v1/check', { headers, data: Buffer.from(body) })
    expect(answer.status(), name).toBeGreaterThanOrEqual(400)
    expect(answer.status(), name).toBeLessThan(500)
  }
})

for (const width of [1440, 390]) {
  test(`the log shows them as text at ${width} px`, async ({ page, open, gavel }) => {
    const unharmed = watch(page, gavel.url)
    await page.setViewportSize({ width, height: 900 })
    // Apps are answered a moment before the log has the row, and its words come in order of rows a moment after it.
    await expect.poll(() => isFound(page, hostile.at(-1)!.word)).toBe(true)
    await open('/detections?q=site%3Ahostile.example.com')
    let rows = 0
    for (;;) {
      await expect(page.locator('.log-row').first()).toBeVisible()
      await expectUnharmed(page, page.url())
      rows += await page.locator('.log-row').count()
      const further = page.getByRole('link', { name: 'Older →' })
      if (await further.count() === 0) break
      const address = await further.getAttribute('href') ?? ''
      await open(address)
    }
    expect(rows).toBe(hostile.length)
    await unharmed()
  })
}

test('each is found by a search and shown as it was written', async ({ page, open, gavel, request }) => {
  const unharmed = watch(page, gavel.url)
  // Addresses are shown so that nobody follows them; line ends are the page's.
  const plain = (text: string) => text.replaceAll('[.]', '.').replaceAll('hxxp', 'http').replace(/\r\n?/g, '\n').trim()
  for (const { name, word, message } of hostile) {
    const answer = await request.get(`/fn/detections/search?q=${word}&order=&from=`)
    const { page: { rows } } = await answer.json() as { page: { rows: { id: number }[] } }
    expect(rows.length, `${word}: ${name}`).toBe(1)
    // The megabyte is looked at in a test of its own.
    if (message.length > 100_000) continue
    await open(`/detections/${rows[0]!.id}?show=all`)
    expect(plain(await shownText(page)), `${word}: ${name}`).toBe(plain(message))
    await expectUnharmed(page, `${word}: ${name}`)
  }
  await unharmed()
})

test('their table runs nothing in a spreadsheet', async ({ request }) => {
  const answer = await request.get('/detections/export?q=site%3Ahostile.example.com&format=csv')
  const cells = [...(await answer.text()).matchAll(/"((?:[^"]|"")*)"(,|\r?\n)/g)]
  expect(cells.filter(([, , end]) => end !== ',').length, 'rows, with the heading').toBe(hostile.length + 1)
  expect(cells.map(([, cell]) => cell).filter(cell => /^\s*[=+\-@\t\r\n＝＋－＠]/.test(cell!))).toEqual([])
  for (const { word } of hostile) expect(cells.some(([, cell]) => cell!.includes(word)), word).toBe(true)
})

test('a long one is cut at first', async ({ page, open }) => {
  await open(`/detections?q=${hostile.at(-1)?.word}`)
  await page.locator('.log-row').first().click()
  await expect(page.getByRole('link', { name: /^Show all \(1,0\d\d,\d\d\d characters\)$/ })).toBeVisible()
  expect((await shownText(page)).length).toBeLessThan(5000)
})

test('they are printed', async ({ page, open, gavel }) => {
  const unharmed = watch(page, gavel.url)
  await open('/detections?q=site%3Ahostile.example.com')
  expect((await page.pdf()).length).toBeGreaterThan(10_000)
  await page.locator('.log-row').first().click()
  await expect(page.getByRole('heading', { name: /^Detection \d+$/ })).toBeVisible()
  expect((await page.pdf()).length).toBeGreaterThan(10_000)
  await unharmed()
})
