// What the list says before there is anything on it.
import { expect, test } from '../support/test';

test('whoever has no connection yet reads what they are about to give, and to whom', async ({ person, meet }) => {
  const promises = [
    'You create a separate login at your bank, with read-only rights, for Waycore alone.',
    'Nobody asks for your own password.',
    'You can remove that login at your bank at any time.',
  ];
  await person.opensList();
  const first = person.page.getByRole('main').locator('section').filter({ hasText: 'Connect your first bank' });
  for (const promise of promises) await expect(first).toContainText(promise);
  await expect(first.getByRole('link', { name: 'Connect a bank' })).toBeVisible();

  const viewer = await meet({ user: 'vera', role: 'viewer' });
  await viewer.opensList();
  for (const promise of promises) await expect(viewer.page.getByRole('main')).toContainText(promise);
  await expect(viewer.link('Connect a bank')).toHaveCount(0);
});
