// The review queue, with and without JavaScript, in a Gavel of its own: the queue is everybody's.

import { marked, marker, paste } from '../fixtures/desk.js'
import { admin, expect, Gavel, logIn, test, type Page } from '../fixtures/test.js'

test.use({ storageState: { cookies: [], origins: [] } })

let gavel: Gavel
test.beforeEach(async ({ page }, info) => {
  gavel = new Gavel(`review-${info.project.name}-${info.workerIndex}`)
  gavel.addUser(admin)
  await gavel.start()
  await logIn(page, admin, gavel.url)
})
test.afterEach(() => gavel.remove())

const under = (page: Page) => page.locator('[data-open-detection]')

test('one after the other until everything has a label', async ({ page, open }) => {
  await paste(page, marked(marker('queue'), 3), gavel.url)
  await open(`${gavel.url}/review`)
  await expect(page.getByText('0 reviewed today · 3 left')).toBeVisible()
  await expect(page.getByText(/^Reserved for you/)).toBeVisible()
  const seen = new Set<string | null>()
  for (let done = 0; done < 3; done++) {
    const id = await under(page).getAttribute('data-open-detection')
    seen.add(id)
    await page.getByRole('button', { name: done % 2 ? 'Mark as spam' : 'Mark as ham' }).click()
    await expect(page.locator(`[data-open-detection="${id}"]`)).toHaveCount(0)
  }
  expect(seen.size).toBe(3)
  await expect(page.getByText('Everything is reviewed.')).toBeVisible()
  await open(`${gavel.url}/review`)
  await expect(page.getByText('3 reviewed today · 0 left')).toBeVisible()
})

test('what is skipped comes again at the end, and the order is a choice', async ({ page, open }) => {
  await paste(page, marked(marker('order'), 3), gavel.url)
  await open(`${gavel.url}/review?order=newest`)
  const order: (string | null)[] = []
  for (let turn = 0; turn < 4; turn++) {
    const id = await under(page).getAttribute('data-open-detection')
    order.push(id)
    await page.getByRole('link', { name: 'Skip', exact: true }).click()
    await expect(page.locator(`[data-open-detection="${id}"]`)).toHaveCount(0)
  }
  expect(order).toEqual(['3', '2', '1', '3'])
  await expect(page.getByRole('navigation', { name: 'Order' }).locator('[aria-current=true]')).toHaveText('Newest first')
})
