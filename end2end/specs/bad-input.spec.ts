// What cannot be a portal is refused beside its field: nothing is sent, and what was typed stays.
import { STANDARD_BANK } from '../support/person';
import { expect, ownPortal, test } from '../support/test';

const REFUSED: [what: string, typed: string, says: RegExp, left?: string][] = [
  ['nothing', '', /enter/i],
  ['an http address', 'http://bank.example/login', /https/i],
  ['an address without a scheme', 'bank.example/login', /https/i],
  ['another scheme', 'javascript:alert(1)', /https/i],
  // What is a secret is not repeated.
  ['a user name in the address', 'https://me@bank.example/login', /user name|password/i, 'https://bank.example/login'],
  ['a password in the address', 'https://me:secret@bank.example/', /user name|password/i, 'https://bank.example/'],
  ['no host', 'https://', /complete|address/i],
  ['a space inside', 'https://bank.example/log in', /space/i],
  ['more than 2,048 bytes', `https://bank.example/${'a'.repeat(2_048)}`, /2,?048|too long/i],
];

for (const [what, typed, says, left = typed] of REFUSED) {
  test(`a portal that is ${what} is refused`, async ({ person, org, simulator }) => {
    await person.startsConnecting();
    await person.saysThatBankIsNotListed();
    await person.fillsInUnlistedBank('Mistyped Bank', typed);
    await person.continues();
    const field = person.textbox('Bank portal URL');
    await expect(field).toHaveAttribute('aria-invalid', 'true');
    await expect(field).toHaveAccessibleDescription(says);
    await person.sees('Connection details');
    await expect(field).toHaveValue(left);
    await expect(person.textbox('Bank name')).toHaveValue('Mistyped Bank');
    expect(await simulator.receivedNaming(org)).toEqual([]);

    // Corrected, it goes on.
    await field.fill(ownPortal());
    await person.continues();
    await person.sees('Create the delegated user');
  });
}

test('a name of the catalog must be chosen or denied', async ({ person, org, simulator }) => {
  const portal = ownPortal();
  await person.startsConnecting();
  await person.saysThatBankIsNotListed();
  await expect(person.checkbox('This is a different bank')).toHaveCount(0);
  await person.fillsInUnlistedBank(`  standard   TEST bank `, portal);
  await person.continues();
  await expect(person.checkbox('This is a different bank')).toBeVisible();
  await expect(person.page.getByRole('main').getByText(STANDARD_BANK.name).first()).toBeVisible();
  await person.ready();
  await expect(person.textbox('Bank portal URL')).toHaveValue(portal);
  expect(await simulator.receivedNaming(org)).toEqual([]);

  await person.checkbox('This is a different bank').check();
  await person.continues();
  await person.sees('Create the delegated user');
  const created = (await simulator.receivedNaming(portal)).find(({ method }) => method === 'POST');
  expect(created?.body).toEqual({ entityId: expect.any(String), portalUrl: portal });
});

test('a host of the catalog must be chosen or denied', async ({ person, org, simulator }) => {
  await person.startsConnecting();
  await person.saysThatBankIsNotListed();
  await person.fillsInUnlistedBank('Some Bank', 'https://PORTAL.standard-test-bank.example/other/path');
  await person.continues();
  await expect(person.checkbox('This is a different bank')).toBeVisible();
  expect(await simulator.receivedNaming(org)).toEqual([]);
});

test('the bank that was meant can be chosen', async ({ person }) => {
  await person.startsConnecting();
  await person.saysThatBankIsNotListed();
  await person.fillsInUnlistedBank(STANDARD_BANK.name, ownPortal());
  await person.continues();
  await expect(person.checkbox('This is a different bank')).toBeVisible();
  await person.ready();
  await person.link(STANDARD_BANK.name).click();
  await expect(person.page.getByRole('radio', { name: STANDARD_BANK.name })).toBeChecked();
  await person.ready();
  await person.continues();
  await person.sees('Create the delegated user');
  await expect(person.link('Open bank portal')).toHaveAttribute(
    'href',
    'https://portal.standard-test-bank.example/login',
  );
});

test('what a customer types is text and nothing else', async ({ person }) => {
  const name = `<img src=x onerror="document.title='broken'"> & "quotes"`;
  await person.startsSetupOfUnlisted(name, ownPortal());
  await person.opensList();
  await expect(person.listed(name)).toHaveCount(1);
  await expect(person.page).not.toHaveTitle('broken');
});
