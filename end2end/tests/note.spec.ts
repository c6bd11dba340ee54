// The note that no key is set: for administrators, until they have read it.

import { admin, expect, Gavel, hydrated, logIn, test } from '../fixtures/test.js'

test.use({ storageState: { cookies: [], origins: [] } })

const ben = { email: 'ben@example.com', name: 'Ben', role: 'moderator', password: 'correct horse battery' } as const

test('administrators dismiss it, and nobody else has it', async ({ page, browser, javaScriptEnabled }, info) => {
  const gavel = new Gavel(`note-${info.project.name}`)
  gavel.addUser(admin)
  gavel.addUser(ben)
  try {
    await gavel.start()
    await logIn(page, admin, gavel.url)
    if (javaScriptEnabled !== false) await hydrated(page)
    const note = page.getByRole('complementary', { name: 'Note' })
    await expect(note).toContainText('Not connected to ActiveLayer: the built-in detector decides.')
    await note.getByRole('button', { name: 'Dismiss' }).click()
    await expect(note).toHaveCount(0)
    await page.goto(`${gavel.url}/stats`)
    await expect(page.getByRole('heading', { level: 1, name: 'Stats' })).toBeVisible()
    await expect(note).toHaveCount(0)

    const context = await browser.newContext({ javaScriptEnabled })
    const theirs = await context.newPage()
    await logIn(theirs, ben, gavel.url)
    await expect(theirs.getByText('Not connected to ActiveLayer')).toHaveCount(0)
    await context.close()
  } finally {
    await gavel.remove()
  }
})
