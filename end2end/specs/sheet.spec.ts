// The sheet that a person prints and takes to the bank's administrator. How a setup goes on where it stood is in
// server/tests/it/resuming.rs.
import { expect, ownPortal, test } from '../support/test';

test('the sheet for the bank’s administrator fits on paper', { tag: '@javascript' }, async ({ person }) => {
  const portal = ownPortal('/Sign-In?region=EU');
  const id = await person.hasBegun('Paper Bank', portal);
  await person.open(`/connections/${id}/sheet`);
  await person.sees('Create a user at the bank');
  const main = person.page.getByRole('main');
  await expect(person.link('Back to the setup')).toBeVisible();
  await person.page.emulateMedia({ media: 'print' });
  await expect(main.getByText('Paper Bank')).toBeVisible();
  await expect(main.getByText(portal)).toBeVisible();
  await expect(person.page.getByRole('banner')).toBeHidden();
  await expect(person.link('Back to the setup')).toBeHidden();
});
