// Reasons for labels, and macros: lists kept and refused, given, found, wanted, taken back. With and without JavaScript.

import { check, marker, paste, row, searching } from '../fixtures/desk.js'
import { admin, expect, Gavel, logIn, test, type Page } from '../fixtures/test.js'

const pane = (page: Page) => page.getByRole('region', { name: 'Detection' })
const ofLabel = (page: Page) => pane(page).getByRole('form', { name: 'Reasons' })
const listForm = (page: Page) => page.getByRole('region', { name: 'Change a list' })
const macroForm = (page: Page) => page.getByRole('region', { name: /^(Make|Change) a macro$/ })

test('a label has the reasons that are chosen for it, and a new one has none of them', async ({ page, open }) => {
  const word = marker('because')
  await check(page, open, `${word} a letter of a customer`)
  await pane(page).getByRole('button', { name: 'Mark as spam' }).click()
  await ofLabel(page).getByRole('button', { name: 'scam' }).click()
  await expect(ofLabel(page).getByRole('button', { name: 'scam' })).toHaveAttribute('aria-pressed', 'true')
  await ofLabel(page).getByRole('button', { name: 'SEO link' }).click()
  await expect(pane(page)).toContainText('Because: SEO link, scam.')
  await open(searching(`${word} reason:"SEO link" reason:scam`))
  await expect(row(page, 0)).toContainText('a letter of a customer')
  await row(page, 0).getByRole('link').click()
  await pane(page).getByRole('button', { name: 'Mark as ham' }).click()
  await expect(ofLabel(page).getByRole('button', { name: 'customer' })).toHaveAttribute('aria-pressed', 'false')
  await open(searching(`${word} reason:none`))
  await expect(row(page, 0)).toContainText('a letter of a customer')
  await open(searching(`${word} reason:scam`))
  await expect(page.getByText('Nothing matches this search.')).toBeVisible()
})

test('a site has its own list, what is wrong with it is said, and what was typed is kept', async ({ page, open }, info) => {
  const site = `reasons-${info.workerIndex}-${info.retry}.example.com`
  await open('/settings/reasons')
  await listForm(page).getByLabel('Site').fill(site)
  await listForm(page).getByLabel('Reasons for spam').fill('resold goods\nscam, adult')
  await listForm(page).getByRole('button', { name: 'Keep list' }).click()
  await expect(listForm(page)).toContainText('Line 2: A reason has no comma.')
  await expect(listForm(page).getByLabel('Reasons for spam')).toHaveValue('resold goods\nscam, adult')
  await expect(listForm(page).getByLabel('Site')).toHaveValue(site)
  await listForm(page).getByLabel('Reasons for spam').fill('resold goods\n<b>bold</b>')
  await listForm(page).getByLabel('Each label needs a reason').check()
  await listForm(page).getByRole('button', { name: 'Keep list' }).click()
  await expect(listForm(page)).toContainText('The list is kept.')
  const one = page.getByRole('region', { name: 'Reasons', exact: true }).getByRole('listitem').filter({ hasText: site })
  await expect(one).toContainText('Each label needs a reason.')
  await expect(one.getByRole('link', { name: '<b>bold</b>' })).toBeVisible()
  await one.getByRole('button', { name: `Remove the list of ${site}` }).click()
  await expect(one).toHaveCount(0)
})

test('a macro sets label, reason, note and rule in one go, and undo takes label and rule back', async ({ page, open }, info) => {
  const name = `SEO ${info.workerIndex}-${info.retry}`
  const sender = `links-${info.workerIndex}-${info.retry}@macro.example`
  await open('/settings/reasons')
  await macroForm(page).getByLabel('Name').fill(name)
  await macroForm(page).getByLabel('Key').fill('s')
  await macroForm(page).getByLabel('Label').selectOption('spam')
  await macroForm(page).getByLabel('Reasons').fill('SEO link')
  await macroForm(page).getByLabel('Note').fill('sells links')
  await macroForm(page).getByLabel('Rule').selectOption('always spam')
  await macroForm(page).getByRole('button', { name: 'Keep macro' }).click()
  await expect(macroForm(page)).toContainText('This key does something else.')
  await expect(macroForm(page).getByLabel('Note')).toHaveValue('sells links')
  await expect(macroForm(page).getByLabel('Rule')).toHaveValue('spam')
  await macroForm(page).getByLabel('Key').fill('')
  await macroForm(page).getByRole('button', { name: 'Keep macro' }).click()
  await expect(macroForm(page)).toContainText('The macro is kept.')

  await check(page, open, 'We place links for you', sender)
  await pane(page).getByRole('form', { name: 'Macros' }).getByRole('button', { name }).click()
  await expect(pane(page)).toContainText('Because: SEO link.')
  await expect(pane(page)).toContainText('sells links')
  const detection = page.url()
  await open('/rules')
  const rule = page.getByRole('region', { name: 'Rules in the order in which they are tried' }).getByRole('listitem').filter({ hasText: sender })
  await expect(rule).toContainText('always spam')
  // The latest is at the bottom.
  const offers = page.getByRole('region', { name: 'Undo' }).getByRole('button', { name: 'Undo' })
  const before = await offers.count()
  // With a script: what hears the click is loaded later, and the answer comes after the offer has gone.
  await page.waitForLoadState('networkidle')
  await offers.last().click()
  await expect(offers).not.toHaveCount(before)
  await page.waitForLoadState('networkidle')
  await open('/rules')
  await expect(rule).toHaveCount(0)
  await open(detection)
  await expect(pane(page).getByRole('button', { name: 'Mark as spam' })).toBeVisible()

  await open('/settings/reasons')
  await page.getByRole('button', { name: `Remove ${name}` }).click()
  await expect(page.getByRole('heading', { name })).toHaveCount(0)
})

test.describe('where each label needs a reason', () => {
  test.use({ storageState: { cookies: [], origins: [] } })

  test('a label without one asks for it, and is set when it is chosen', async ({ page, open }, info) => {
    const gavel = new Gavel(`reasons-${info.project.name}-${info.workerIndex}`)
    gavel.addUser(admin)
    try {
      await gavel.start()
      await logIn(page, admin, gavel.url)
      await open(`${gavel.url}/settings/reasons`)
      await listForm(page).getByLabel('Each label needs a reason').check()
      await listForm(page).getByRole('button', { name: 'Keep list' }).click()
      await expect(listForm(page)).toContainText('The list is kept.')
      await check(page, open, 'Is this spam?', '', gavel.url)
      await pane(page).getByRole('button', { name: 'Mark as spam' }).click()
      await expect(page.getByRole('alert').first()).toContainText('A label needs a reason. Choose why this is spam: SEO link, scam')
      await expect(pane(page).getByRole('button', { name: 'Mark as spam' })).toBeVisible()
      await pane(page).getByRole('form', { name: 'Spam, because' }).getByRole('button', { name: 'scam' }).click()
      await expect(pane(page)).toContainText('Because: scam.')
    } finally {
      await gavel.remove()
    }
  })
})

test('the rows ticked are marked with a reason', async ({ page, open }) => {
  const word = marker('ticked')
  await paste(page, [`${word} one`, `${word} two`])
  await open(searching(word))
  for (const index of [0, 1]) await row(page, index).getByRole('checkbox').check()
  await page.getByText('Reasons and macros', { exact: true }).click()
  await page.getByLabel('Reason', { exact: true }).selectOption('phishing')
  await page.getByRole('button', { name: 'Mark the selection' }).click()
  for (const index of [0, 1]) await expect(row(page, index)).toContainText('spam by Ana')
  await open(searching(`${word} reason:phishing`))
  await expect(page.locator('[data-row]')).toHaveCount(2)
})
