// What apps say by their feedback, what they were told, and where a WordPress comment stands. With and without JavaScript.

import { log, searching } from '../fixtures/desk.js'
import type { Page } from '@playwright/test'
import { expect, test, type Gavel } from '../fixtures/test.js'

const pane = (page: Page) => page.getByRole('region', { name: 'Detection' })

interface Checked { detection_id: string, is_spam: boolean }

/** Sends what an app would. */
async function app(gavel: Gavel, token: string, endpoint: string, body: object): Promise<Checked> {
  const answer = await fetch(`${gavel.url}/api/v1/${endpoint}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': token },
    body: JSON.stringify(body),
  })
  expect(answer.status).toBe(200)
  return await answer.json() as Checked
}

/** Opens a search that finds one detection. Words of what apps send are found a moment after the answer. */
async function found(page: Page, open: (path: string) => Promise<unknown>, search: string): Promise<void> {
  await expect(async () => {
    await open(searching(search))
    await expect(log(page).getByText('1 detection', { exact: true })).toBeVisible({ timeout: 1000 })
  }).toPass({ timeout: 15_000 })
}

/** A comment as the vendor's WordPress plugin sends it; its clock shows the site's local time. */
function comment(message: string, site: string): object {
  return {
    message, email: 'writer@mail.example', name: 'Wanda', website_url: 'http://homepage.example/me', data_type: 'comment',
    timestamp: Math.floor(Date.now() / 1000) + 7200,
    context: { site_url: site, post_id: 7, post_title: 'How we <b>bake</b> bread', post_url: `${site}/bread/`, post_type: 'post', comment_type: 'comment' },
  }
}

test('an app that contradicts is a badge, a search and no work for Review', async ({ page, open, gavel }, info) => {
  const token = gavel.createToken(`words-${info.project.name}-${info.workerIndex}-${Date.now()}`, 'blog.example.com')
  const word = `quokka${Date.now().toString(36)}`
  const checked = await app(gavel, token, 'check', { message: `The ${word} report is attached, see you on Monday` })
  await found(page, open, `${word} is:waiting`)
  await app(gavel, token, 'feedback', { detection_id: checked.detection_id, is_spam: !checked.is_spam })
  await open(searching(`${word} is:contested`))
  const says = `App says ${checked.is_spam ? 'ham' : 'spam'}`
  await expect(log(page).getByText(says)).toBeVisible()
  await open(searching(`${word} app:${checked.is_spam ? 'ham' : 'spam'}`))
  await log(page).getByRole('link', { name: new RegExp(word) }).click()
  await expect(pane(page).getByText(says)).toBeVisible()
  await open(searching(`${word} is:waiting`))
  await expect(page.getByText('Nothing matches this search.')).toBeVisible()
  await open(searching(`${word} is:unlabelled`))
  await expect(log(page).getByText('1 detection', { exact: true })).toBeVisible()
})

test('a comment of WordPress shows its post first, and the way to wp-admin', async ({ page, open, gavel }, info) => {
  const token = gavel.createToken(`wp-${info.project.name}-${info.workerIndex}-${Date.now()}`, 'blog.example.com')
  const word = `wombat${Date.now().toString(36)}`
  await app(gavel, token, 'check-comment', comment(`The ${word} bread is very good`, 'https://blog.example.com'))
  await found(page, open, word)
  await log(page).getByRole('link', { name: new RegExp(word) }).click()
  const place = pane(page).locator('[data-written-at]')
  await expect(place).toContainText('How we <b>bake</b> bread')
  await expect(place).toContainText('hxxps://blog[.]example[.]com/bread/')
  const link = place.getByRole('link', { name: 'Find in wp-admin' })
  await expect(link).toHaveAttribute('href', 'https://blog.example.com/wp-admin/edit-comments.php?s=writer%40mail.example&comment_status=spam')
  await expect(link).toHaveAttribute('rel', /noreferrer/)
  await expect(pane(page).getByRole('term').filter({ hasText: /^Homepage$/ })).toBeVisible()
  await expect(pane(page)).toContainText('2 h ahead of when it came')
})

test('an address that the token does not name leads nowhere by itself', async ({ page, open, gavel }, info) => {
  const token = gavel.createToken(`evil-${info.project.name}-${info.workerIndex}-${Date.now()}`, 'blog.example.com')
  const word = `numbat${Date.now().toString(36)}`
  await app(gavel, token, 'check-comment', comment(`The ${word} bread is very good`, 'https://evil.example'))
  await found(page, open, word)
  await log(page).getByRole('link', { name: new RegExp(word) }).click()
  await expect(pane(page)).toContainText('hxxps://evil[.]example/wp-admin/')
  expect(await pane(page).locator('a[href*="evil.example"]').count()).toBe(0)
})
