// What was chosen in step 1 is there again: after a reload, by the browser's way back, and from the list.
import { INSTANT_BANK, PORTALS_BANK, STANDARD_BANK } from '../support/person';
import { expect, ownPortal, test } from '../support/test';

test.describe('coming back to step 1', { tag: '@javascript' }, () => {
  test('a reload goes on with what was typed', async ({ person }) => {
    const portal = ownPortal();
    await person.startsConnecting();
    await person.saysThatBankIsNotListed();
    await person.fillsInUnlistedBank('Reloaded Bank', portal);
    await expect(person.page).toHaveURL(/[?&]draft=/);
    await person.reload();
    await expect(person.textbox('Bank name')).toHaveValue('Reloaded Bank');
    await expect(person.textbox('Bank portal URL')).toHaveValue(portal);
    await person.opensList();
    await expect(person.listed('Reloaded Bank'), 'one draft, not two').toHaveCount(1);
  });

  test('a portal that was chosen is chosen again', async ({ person }) => {
    await person.startsConnecting();
    await person.chooses(PORTALS_BANK);
    const portals = person.page.getByRole('radiogroup').getByRole('radio');
    await expect(portals.first()).toBeChecked();
    await portals.nth(1).check();
    await expect(person.page).toHaveURL(/[?&]draft=/);
    await person.reload();
    await expect(portals.nth(1)).toBeChecked();
    await person.opensList();
    await person.listed(PORTALS_BANK.name).getByRole('link', { name: 'Resume' }).click();
    await person.sees('Connection details');
    await expect(portals.nth(1)).toBeChecked();
    // Another bank has portals of its own.
    await person.chooses(STANDARD_BANK);
    await expect(portals).toHaveCount(0);
    await person.reload();
    const field = person.page.getByRole('combobox', { name: 'Bank', exact: true });
    await expect(field).toHaveValue(STANDARD_BANK.name);
    await expect(person.page.locator('input[name="institution_id"]')).toHaveValue(STANDARD_BANK.id);
  });

  test('a bank that was chosen by its link is resumed, and the next one takes its place', async ({ person }) => {
    await person.startsConnecting();
    const banks = person.page.locator('.popular-bank .option-name');
    const [first, second] = [await banks.nth(0).innerText(), await banks.nth(1).innerText()];
    await banks.nth(0).click();
    const choice = person.page.getByRole('radio', { name: first });
    await expect(choice).toBeChecked();
    await expect(person.page).toHaveURL(/[?&]draft=/);
    await person.page.goBack();
    const field = person.page.getByRole('combobox', { name: 'Bank', exact: true });
    await expect(field).toHaveValue(first);
    await banks.nth(1).click();
    await expect(person.page.getByRole('radio', { name: second })).toBeChecked();
    await person.opensList();
    await expect(person.link('Resume'), 'one draft, not two').toHaveCount(1);
    await person.listed(second).getByRole('link', { name: 'Resume' }).click();
    await person.sees('Connection details');
    await expect(field).toHaveValue(second);
    await expect(person.page.locator('input[name="institution_id"]')).not.toHaveValue('');
    await person.continues();
    await person.sees('Create the delegated user');
  });

  test('the way back from a setup leads to the list, past the step that is done', async ({ person }) => {
    await person.startsSetupOf(INSTANT_BANK);
    await person.page.goBack();
    await person.sees('Create the delegated user');
    await person.page.goBack();
    await person.sees('Bank connections');
  });
});
