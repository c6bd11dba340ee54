// The Check page, with and without JavaScript. (What takes JavaScript is in check.hydrate.spec.ts.)

import { marker, matches } from '../fixtures/desk.js'
import { expect, test } from '../fixtures/test.js'

test('a link fills the text in as text, and checks nothing by itself', async ({ page, open }) => {
  const text = `${marker('linked')} <b>bold</b> </textarea> & so on`
  await open(`/check?${new URLSearchParams({ text }).toString()}`)
  await expect(page.getByLabel('Message', { exact: true })).toHaveValue(text)
  await expect(page.getByText('The verdict appears here.')).toBeVisible()
  expect(await matches(page, text.split(' ')[0]!)).toBe(0)
  await page.getByRole('button', { name: 'Check', exact: true }).click()
  await expect(page.getByRole('article', { name: 'Verdict' })).toBeVisible()
  expect(await matches(page, text.split(' ')[0]!)).toBe(1)
})

test('a text that is too long for a link is cut, and that is said', async ({ page, open }) => {
  await open(`/check?text=${'x'.repeat(10_050)}`)
  await expect(page.getByText('its first 10000 characters are filled in')).toBeVisible()
  expect((await page.getByLabel('Message', { exact: true }).inputValue()).length).toBe(10_000)
})

test('a sample does not overwrite what was typed', async ({ page, open, javaScriptEnabled }) => {
  test.skip(javaScriptEnabled === false, 'the link loads the page again')
  await open('/check')
  await page.getByLabel('Message', { exact: true }).fill('My own words')
  await page.getByRole('link', { name: 'Spam sample' }).click()
  await expect(page).toHaveURL(/sample=spam/)
  await expect(page.getByLabel('Message', { exact: true })).toHaveValue('My own words')
})

test('several messages make a table, with a way to correct each', async ({ page, open }) => {
  const word = marker('table')
  await open('/check')
  await page.getByLabel('Message', { exact: true }).fill(`${word} first of two\n${word} second of two`)
  await page.getByLabel('One message per line').check()
  await page.getByRole('button', { name: 'Check', exact: true }).click()
  await expect(page.getByRole('heading', { name: /^2 messages: \d spam, \d ham, 0 not judged$/ })).toBeVisible()
  const first = page.locator('[data-checked="1"]')
  await expect(first).toContainText(`${word} first of two`)
  await first.getByRole('button', { name: /^It is/ }).click()
  await expect.poll(() => matches(page, `${word} is:disputed`)).toBe(1)
})
