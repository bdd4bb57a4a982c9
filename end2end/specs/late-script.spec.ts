// The wasm is late, or never comes: every write is a plain form first, so the setup goes on without it.
import { STANDARD_BANK } from '../support/person';
import { expect, ownPortal, test } from '../support/test';

test.describe('before the wasm has arrived', { tag: '@javascript' }, () => {
  test.beforeEach(async ({ context }) => {
    await context.route(/\.wasm$/, (route) => route.abort());
  });

  test('a bank of the catalog is found and chosen', async ({ person }) => {
    const { page } = person;
    await page.goto(person.url('/new'));
    await page.getByRole('combobox', { name: 'Bank', exact: true }).fill(STANDARD_BANK.id);
    await person.button('Continue').click();
    await page.getByRole('radio', { name: STANDARD_BANK.name }).check();
    await person.button('Continue').click();
    await expect(person.heading('Create the delegated user')).toBeVisible();
  });

  test('a bank that is not listed is set up to the end', async ({ person, simulator }) => {
    const { page } = person;
    await page.goto(person.url('/new'));
    await person.link('My bank is not listed').click();
    await person.fillsInUnlistedBank('Patient Bank', ownPortal());
    await person.button('Continue').click();
    await expect(person.heading('Create the delegated user')).toBeVisible();
    const id = person.connectionId();
    await person.button('I have created the user').click();
    await expect(person.heading('Finish setup')).toBeVisible();
    await person.confirmsAndFinishes();
    await expect(person.heading('Activating your connection')).toBeVisible();
    await simulator.connect(id);
    await page.goto(person.url(`/connections/${id}`));
    await expect(person.status('Connected')).toBeVisible();
  });
});
