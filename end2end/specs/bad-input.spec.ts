// What step 1 refuses or asks about, in a browser. Every address that is refused, and what is said of it, is in
// server/tests/it/step_one.rs.
import { STANDARD_BANK } from '../support/person';
import { expect, ownPortal, test } from '../support/test';

test('what is refused is said beside its field and keeps what was typed, and the bank that was meant can be chosen', {
  tag: '@javascript',
}, async ({ person, org, simulator }) => {
  const field = person.textbox('Bank portal URL');
  await test.step('an address with a password in it comes back without it', async () => {
    await person.open('/new?unlisted=true');
    await person.fillsInUnlistedBank('Mistyped Bank', 'https://me:secret@bank.example/');
    await person.continues();
    await expect(field).toHaveAttribute('aria-invalid', 'true');
    await expect(field).toHaveAccessibleDescription(/user name or password/i);
    await person.sees('Connection details');
    await expect(field).toHaveValue('https://bank.example/');
    await expect(person.textbox('Bank name')).toHaveValue('Mistyped Bank');
    await expect(person.checkbox('This is a different bank')).toHaveCount(0);
  });

  await test.step('a name of the catalog must be chosen or denied', async () => {
    const portal = ownPortal();
    await person.fillsInUnlistedBank('  standard   TEST bank ', portal);
    await person.continues();
    await expect(person.checkbox('This is a different bank')).toBeVisible();
    await person.ready();
    await expect(field).toHaveValue(portal);
    expect(await simulator.receivedNaming(org)).toEqual([]);
  });

  await test.step('the bank that was meant is chosen by its link', async () => {
    await person.link(STANDARD_BANK.name).click();
    await expect(person.page.getByRole('radio', { name: STANDARD_BANK.name })).toBeChecked();
    await person.ready();
    await person.continues();
    await person.sees('Create the delegated user');
    await expect(person.portalHost()).toHaveText('portal.standard-test-bank.example');
  });
});
