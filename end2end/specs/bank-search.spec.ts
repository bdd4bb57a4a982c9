// The bank search as an accessible combobox: the keyboard is enough, and free text is never a choice.
import { STANDARD_BANK } from '../support/person';
import { expect, test } from '../support/test';

test.describe('the live search', { tag: '@javascript' }, () => {
  test('a bank is found and chosen with the keyboard alone', async ({ person }) => {
    await person.startsConnecting();
    const field = person.page.getByRole('combobox', { name: 'Bank', exact: true });
    await field.focus();
    await person.page.keyboard.type(STANDARD_BANK.id);
    await expect(person.page.getByRole('option', { name: STANDARD_BANK.name })).toBeVisible();
    await expect(field).toHaveAttribute('aria-expanded', 'true');
    await person.page.keyboard.press('ArrowDown');
    await expect(person.page.getByRole('option', { selected: true })).toContainText(STANDARD_BANK.name);
    await expect(field).toHaveAttribute('aria-activedescendant', /.+/);
    await person.page.keyboard.press('Enter');
    await expect(field).toHaveValue(STANDARD_BANK.name);
    await expect(field).toHaveAttribute('aria-expanded', 'false');
    await person.continues();
    await person.sees('Create the delegated user');
  });

  test('Escape closes the list and keeps what was typed', async ({ person }) => {
    await person.startsConnecting();
    const field = person.page.getByRole('combobox', { name: 'Bank', exact: true });
    await field.fill(STANDARD_BANK.id);
    await expect(person.page.getByRole('option').first()).toBeVisible();
    await field.press('Escape');
    await expect(person.page.getByRole('option')).toHaveCount(0);
    await expect(field).toHaveValue(STANDARD_BANK.id);
  });

  test('free text is no choice, even where it is exactly a name', async ({ person, org, simulator }) => {
    await person.startsConnecting();
    const field = person.page.getByRole('combobox', { name: 'Bank', exact: true });
    await field.fill(STANDARD_BANK.name);
    await expect(person.page.getByRole('option', { name: STANDARD_BANK.name })).toBeVisible();
    await field.press('Escape');
    await person.continues();
    await expect(field).toHaveAttribute('aria-invalid', 'true');
    await expect(field).toHaveAccessibleDescription(/choose your bank/i);
    await expect(field).toHaveValue(STANDARD_BANK.name);
    expect(await simulator.receivedNaming(org)).toEqual([]);
  });

  test('typing after a choice takes the choice back', async ({ person }) => {
    await person.startsConnecting();
    await person.chooses(STANDARD_BANK);
    const field = person.page.getByRole('combobox', { name: 'Bank', exact: true });
    await field.press('End');
    await field.press('x');
    await person.continues();
    await expect(field).toHaveAttribute('aria-invalid', 'true');
  });

  test('a search without a result says so and leads on', async ({ person }) => {
    await person.startsConnecting();
    await person.page.getByRole('combobox', { name: 'Bank', exact: true }).fill('zzzz no such bank zzzz');
    await expect(person.page.getByRole('main').getByRole('status').filter({ hasText: /no bank/i })).toBeVisible();
    await person.saysThatBankIsNotListed();
  });
});

test('without a choice nothing is sent', { tag: '@no-javascript' }, async ({ person, org, simulator }) => {
  await person.startsConnecting();
  await person.page.getByRole('searchbox', { name: 'Bank', exact: true }).fill(STANDARD_BANK.id);
  await person.button('Search').click();
  await expect(person.page.getByRole('radio', { name: STANDARD_BANK.name })).toBeVisible();
  await person.continues();
  await person.sees('Connection details');
  await expect(person.page.getByRole('main').getByText(/choose your bank/i).first()).toBeVisible();
  expect(await simulator.receivedNaming(org)).toEqual([]);
});
