// A moderator's day, on real messages, with and without JavaScript.

import { expect, messages, test, type Page } from '../fixtures/test.js'

const SPAM_SAMPLE = 'Exclusive offer! Buy verified leads now and get 300% ROI. Click here: http://cheap-leads.biz/offer.'
const HAM_SAMPLE = 'Hey team, attached is the weekly report. Let me know if you need any follow-up data.'

const verdict = (page: Page) => page.getByRole('article', { name: 'Verdict' })
const check = (page: Page) => page.getByRole('button', { name: 'Check', exact: true }).click()

for (const { name, text, says } of [
  { name: 'Spam sample', text: SPAM_SAMPLE, says: 'Spam' },
  { name: 'Ham sample', text: HAM_SAMPLE, says: 'Ham' },
]) {
  for (const kind of ['Full', 'Comment']) {
    test(`the guide's ${name.toLowerCase()} is judged right (${kind.toLowerCase()} check)`, async ({ page, open }) => {
      await open('/check')
      await page.getByRole('link', { name }).click()
      await expect(page.getByLabel('Message', { exact: true })).toHaveValue(text)
      await page.getByLabel(kind).check()
      await check(page)
      await expect(verdict(page).getByText(says, { exact: true })).toBeVisible()
      await expect(verdict(page)).toContainText(/Score \d+\.\d of 100, threshold 50\. Judged in \d+\.\d\d ms\./)
      await verdict(page).getByRole('link', { name: 'Open in the log' }).click()
      await expect(page.getByRole('heading', { name: /^Detection \d+$/ })).toBeVisible()
      await expect(page.getByRole('list').filter({ hasText: kind === 'Full' ? 'full check' : 'comment check' })).toBeVisible()
    })
  }
}

test('from paste to log to label to undo', async ({ page, open }) => {
  const [message] = messages('sms_uci', 1, { label: 'spam' })
  if (!message) throw new Error('no message')
  await open('/check')
  await page.getByLabel('Message', { exact: true }).fill(message.message)
  await page.getByText('Sender and source').click()
  await page.getByLabel('E-mail').fill('sender@example.org')
  await page.getByLabel('Name').fill('<b>Bob</b>')
  await page.getByLabel('IP address').fill('203.0.113.42')
  await page.getByLabel('Time (UTC)').fill('2025-02-15T11:32')
  await page.getByLabel('Page URL').fill('https://blog.example.com/contact')
  await page.getByLabel('Domain').fill('example.org')
  await page.getByLabel('User agent').fill('Mozilla/5.0 (X11; Linux x86_64)')
  await check(page)
  await expect(verdict(page).getByText('Spam', { exact: true })).toBeVisible()

  // It is in the log, with everything that was said about it.
  await open('/detections')
  await page.locator('.log-row').first().click()
  const pane = page.getByRole('region', { name: 'Detection' })
  const facts = ['sender@example.org', '<b>Bob</b>', '203.0.113.42', '15 Feb 2025, 11:32:00 UTC',
    'hxxps://blog[.]example[.]com/contact', 'example.org', 'Mozilla/5.0 (X11; Linux x86_64)']
  for (const fact of facts) await expect(pane.locator('dl').getByText(fact, { exact: true })).toBeVisible()

  // Label, and take it back while nothing has been sent.
  await pane.getByRole('button', { name: 'Mark as ham' }).click()
  await expect(pane.getByText('Corrected to ham by Ana')).toBeVisible()
  await expect(pane).toContainText('Ana marked this as ham. Feedback is waiting.')
  // The latest is at the bottom: others may have labelled something just before.
  await page.getByRole('button', { name: 'Undo', exact: true }).last().click()
  await expect(pane.getByRole('button', { name: 'Mark as ham' })).toBeVisible()
  await expect(pane.getByText('Corrected to ham by Ana')).toBeHidden()
  await expect(pane).toContainText('It was taken back before feedback left.')

  // A label that is no longer meant can be removed at any time, also after another page was looked at.
  await expect(pane.getByRole('button', { name: 'Remove label' })).toBeHidden()
  await pane.getByRole('button', { name: 'Mark as ham' }).click()
  await expect(pane.getByText('Corrected to ham by Ana')).toBeVisible()
  const address = page.url()
  await open('/stats')
  await open(address)
  await pane.getByRole('button', { name: 'Remove label' }).click()
  await expect(pane.getByText('Corrected to ham by Ana')).toBeHidden()
  await expect(pane.getByRole('button', { name: 'Remove label' })).toBeHidden()
})

test('a search finds it again, and the URL is the search', async ({ page, open }) => {
  const [message] = messages('youtube', 1, { label: 'ham' })
  if (!message) throw new Error('no message')
  await open('/check')
  await page.getByLabel('Message', { exact: true }).fill(`${message.message} xylophonist`)
  await check(page)
  await expect(verdict(page)).toBeVisible()

  await open('/detections')
  await page.getByLabel('Search the detections').fill('xylophonist')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/q=xylophonist/)
  await expect(page.locator('.log-row')).toHaveCount(1)
  await open('/detections?q=xylophonist%20nosuchword')
  await expect(page.getByText('Nothing matches this search.')).toBeVisible()
})

test('several messages are checked from one paste', async ({ page, open }) => {
  const texts = messages('sms_uci', 4).map(message => message.message.replace(/\s+/g, ' '))
  await open('/check')
  await page.getByLabel('Message', { exact: true }).fill(texts.join('\n---\n'))
  await page.getByLabel('Messages separated by blank lines or ---').check()
  await check(page)
  await expect(page.getByRole('heading', { name: /^4 messages: \d spam, \d ham, 0 not judged$/ })).toBeVisible()
})

test('wrong fields are named before anything is sent, and nothing typed is lost', async ({ page, open }) => {
  await open('/check')
  await page.getByText('Sender and source').click()
  await page.getByLabel('Name').fill('Jo')
  await page.getByLabel('E-mail').fill(`${'x'.repeat(250)}@example.org`)
  await page.getByLabel('IP address').fill('300.1.2.3')
  await page.getByLabel('Page URL').fill('javascript:alert(1)')
  await check(page)
  await expect(page.getByText('The message is empty. Paste the text to check.')).toBeVisible()
  await expect(page.getByText('The e-mail address is longer than 255 characters.')).toBeVisible()
  await expect(page.getByText('This is no IP address.')).toBeVisible()
  await expect(page.getByText('This is no web address.')).toBeVisible()
  await expect(page.getByText('Nothing was sent.')).toBeVisible()
  await expect(page.getByLabel('Name')).toHaveValue('Jo')
  await expect(page.getByLabel('IP address')).toHaveValue('300.1.2.3')
})

test('the quota counts what was checked', async ({ page, open }) => {
  const used = async () => {
    await open('/stats')
    const words = await page.getByText(/^\d[\d,]* of \d[\d,]* checks used/).textContent()
    return Number(words?.split(' ')[0]?.replaceAll(',', ''))
  }
  await open('/check')
  await page.getByLabel('Message', { exact: true }).fill('Are we still on for lunch tomorrow?')
  await check(page)
  await expect(verdict(page)).toBeVisible()
  expect(await used()).toBeGreaterThan(0)
  await page.getByRole('link', { name: '7 days' }).click()
  const chart = page.locator('figure', { has: page.getByRole('heading', { name: 'Checks by verdict' }) })
  await chart.getByText('Table', { exact: true }).click()
  await expect(chart.locator('tbody tr')).toHaveCount(7)
  await expect(chart.locator('tbody tr', { hasText: /[1-9]/ }).last()).toBeVisible()
})
