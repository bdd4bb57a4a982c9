// Removing a connection in a browser: a wrong name is refused on the page, and the right one leads back to the list. What
// the page counts, and from where it can be reached, is in server/tests/it/removal.rs.
import { expect, ownPortal, test } from '../support/test';

test('only the right name removes a connection', { tag: '@javascript' }, async ({ person, simulator }) => {
  const id = await person.hasBegun('Leaving Bank', ownPortal());
  await simulator.connect(id);
  await person.open(`/connections/${id}/remove`);
  const field = person.textbox('Name of the connection');
  await field.fill('Another Bank');
  await person.button('Remove permanently').click();
  await expect(field).toHaveAttribute('aria-invalid', 'true');
  await expect(field).toHaveAccessibleDescription(/not the connection's name/);
  await expect(field).toHaveValue('Another Bank');
  await person.ready();
  const deletions = async () => (await simulator.receivedFor(id)).filter(({ method }) => method === 'DELETE');
  expect(await deletions()).toEqual([]);

  await field.fill('leaving bank');
  await person.button('Remove permanently').click();
  await person.sees('Bank connections');
  await expect(person.page.getByRole('main').getByRole('status')).toContainText('The connection and its data are gone');
  await expect(person.listed('Leaving Bank')).toHaveCount(0);
  expect(await deletions()).toHaveLength(1);
});
