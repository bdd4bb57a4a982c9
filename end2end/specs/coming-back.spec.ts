// What was chosen in step 1 is there again: after a reload, by the browser's way back, and from the list.
import { PORTALS_BANK, STANDARD_BANK } from '../support/person';
import { expect, ownPortal, test } from '../support/test';

test('step 1 goes on after a reload, from the list, and past the step that is done', { tag: '@javascript' }, async ({
  person,
}) => {
  const { page } = person;
  const field = page.getByRole('combobox', { name: 'Bank', exact: true });

  await test.step('a bank that was chosen by its link is resumed, and the next one takes its place', async () => {
    await person.open('/new');
    const banks = page.locator('.popular-bank .option-name');
    const [first, second] = [await banks.nth(0).innerText(), await banks.nth(1).innerText()];
    await banks.nth(0).click();
    await expect(page.getByRole('radio', { name: first })).toBeChecked();
    await expect(page).toHaveURL(/[?&]draft=/);
    await page.goBack();
    await expect(field).toHaveValue(first);
    await banks.nth(1).click();
    await expect(page.getByRole('radio', { name: second })).toBeChecked();
    await person.opensList();
    await expect(person.link('Resume'), 'one draft, not two').toHaveCount(1);
    await person.listed(second).getByRole('link', { name: 'Resume' }).click();
    await person.sees('Connection details');
    await expect(field).toHaveValue(second);
    await expect(page.locator('input[name="institution_id"]')).not.toHaveValue('');
    await person.continues();
    await person.sees('Create the delegated user');
  });

  await test.step('the way back from a setup leads to the list, past the step that is done', async () => {
    await page.goBack();
    await person.sees('Create the delegated user');
    await page.goBack();
    await person.sees('Bank connections');
  });

  await test.step('a reload goes on with what was typed', async () => {
    const portal = ownPortal();
    await person.open('/new?unlisted=true');
    await person.fillsInUnlistedBank('Reloaded Bank', portal);
    await expect(page).toHaveURL(/[?&]draft=/);
    await person.reload();
    await expect(person.textbox('Bank name')).toHaveValue('Reloaded Bank');
    await expect(person.textbox('Bank portal URL')).toHaveValue(portal);
    await person.opensList();
    await expect(person.listed('Reloaded Bank'), 'one draft, not two').toHaveCount(1);
  });

  await test.step('a portal that was chosen is chosen again', async () => {
    await person.link('Connect a bank').click();
    await person.sees('Connection details');
    await person.chooses(PORTALS_BANK);
    const portals = page.getByRole('radiogroup').getByRole('radio');
    await expect(portals.first()).toBeChecked();
    await portals.nth(1).check();
    await expect(page).toHaveURL(/[?&]draft=/);
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
    await expect(field).toHaveValue(STANDARD_BANK.name);
    await expect(page.locator('input[name="institution_id"]')).toHaveValue(STANDARD_BANK.id);
  });
});
