import { expect, test } from '../fixtures/test.js'

for (const path of ['/', '/check', '/detections', '/stats', '/rules', '/settings', '/settings/people', '/settings/privacy', '/settings/reasons', '/settings/wordpress', '/settings/connect', '/settings/audit', '/account']) {
  // `noBrowserErrors` does the rest: when server and browser disagree about a page, the console says so.
  test(`${path} comes to life: a link changes the page without loading the document again`, async ({ page, open }) => {
    await open(path)
    await page.evaluate(() => { document.title = 'kept'; (window as unknown as { mark: number }).mark = 1 })
    const target = path === '/check' ? 'Stats' : 'Check'
    await page.getByRole('navigation', { name: 'Pages', exact: true }).getByRole('link', { name: target }).click()
    await expect(page.getByRole('heading', { level: 1, name: target })).toBeVisible()
    expect(await page.evaluate(() => (window as unknown as { mark?: number }).mark)).toBe(1)
  })
}
