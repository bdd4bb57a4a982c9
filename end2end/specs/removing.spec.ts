// Removing a connection: the person knows what will be lost, and no slip does it.
import { INSTANT_BANK, STANDARD_BANK } from '../support/person';
import { expect, ownPortal, test } from '../support/test';

/** What is at the bank is the customer's, and only they can take it away. */
const STAYS = "The delegated user at your bank stays. Remove it in the bank's portal if you no longer need it.";

test('what will be lost is counted, and only the right name removes it', async ({ person, simulator }) => {
  test.slow();
  const id = await person.connects(INSTANT_BANK);
  const accounts = await person.region('Accounts').getByRole('listitem').count();
  await person.link('Remove connection').click();
  await person.sees('Remove connection');
  const counted = (term: string) => {
    const named = person.page.getByRole('term').filter({ hasText: new RegExp(`^${term}$`) });
    return person.page.getByRole('main').locator('dl > div').filter({ has: named }).getByRole('definition');
  };
  await expect(counted('Accounts')).toHaveText(String(accounts));
  // There are years of transactions, and nobody waits until all are counted.
  await expect(counted('Transactions')).toHaveText(/^at least \d{2,}$/);

  await expect(person.page.getByRole('main')).toContainText(STAYS);

  const field = person.textbox('Name of the connection');
  await field.fill('Another Bank');
  await person.button('Remove permanently').click();
  await expect(field).toHaveAttribute('aria-invalid', 'true');
  await expect(field).toHaveAccessibleDescription(/not the connection's name/);
  await expect(field).toHaveValue('Another Bank');
  await person.ready();
  const deletions = async () => (await simulator.receivedFor(id)).filter(({ method }) => method === 'DELETE');
  expect(await deletions()).toEqual([]);

  await field.fill(INSTANT_BANK.name);
  await person.button('Remove permanently').click();
  await person.sees('Bank connections');
  await expect(person.page.getByRole('main').getByRole('status')).toContainText('The connection and its data are gone');
  await expect(person.listed(INSTANT_BANK.name)).toHaveCount(0);
  expect(await deletions()).toHaveLength(1);
  await person.open(`/connections/${id}`);
  await person.sees('Not found');
});

test('a name confirms as it looks, however many spaces it was typed with', async ({ person, simulator }) => {
  const id = await person.startsSetupOfUnlisted('Spacious   Bank', ownPortal());
  await simulator.connect(id);
  await person.open(`/connections/${id}/remove`);
  await person.textbox('Name of the connection').fill('Spacious Bank');
  await person.button('Remove permanently').click();
  await person.sees('Bank connections');
});

test('nobody has to remove what they looked at', async ({ person, simulator }) => {
  const id = await person.startsSetupOfUnlisted('Kept Bank', ownPortal());
  await simulator.connect(id);
  await person.open(`/connections/${id}/remove`);
  await person.link('Keep the connection').click();
  await person.sees('Kept Bank');
  expect((await simulator.receivedFor(id)).filter(({ method }) => method === 'DELETE')).toEqual([]);
});

test('a setup is removed from each of its steps', async ({ person, simulator }) => {
  const remaining = await person.startsSetupOfUnlisted('Other Bank', ownPortal());
  const id = await person.startsSetupOf(STANDARD_BANK);
  const opensRemoval = async () => {
    await person.link('Remove this setup').click();
    await person.sees('Remove connection');
    // There is no data yet that could be lost.
    await expect(person.page.getByRole('main')).not.toContainText('cannot be brought back');
    await expect(person.page.getByRole('main')).toContainText(STAYS);
  };
  await opensRemoval();
  await person.link('Keep the connection').click();
  await person.sees('Create the delegated user');
  await person.saysThatUserExists();
  await opensRemoval();
  await person.link('Keep the connection').click();
  await person.sees('Finish setup');
  await person.confirmsAndFinishes();
  await person.sees('Activating your connection');
  await simulator.keepActivating(id);
  await opensRemoval();
  await person.textbox('Name of the connection').fill(` ${STANDARD_BANK.name.toUpperCase()} `);
  await person.button('Remove permanently').click();
  await person.sees('Bank connections');
  await expect(person.listed(STANDARD_BANK.name)).toHaveCount(0);
  await expect(person.listed('Other Bank')).toHaveCount(1);
  expect((await simulator.receivedFor(remaining)).filter(({ method }) => method === 'DELETE')).toEqual([]);
});
