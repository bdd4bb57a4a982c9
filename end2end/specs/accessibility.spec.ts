// A whole setup with the keyboard alone. What an auditor finds on each screen is in screens.spec.ts and states.spec.ts.
import { STANDARD_BANK, type Person } from '../support/person';
import { expect, test } from '../support/test';

test('a whole setup with the keyboard alone', { tag: '@javascript' }, async ({ person }) => {
  const { page } = person;
  const reach = async (target: ReturnType<Person['link']>) => {
    for (let presses = 0; presses < 40; presses += 1) {
      if (await target.evaluate((element) => element === document.activeElement)) return;
      await page.keyboard.press('Tab');
    }
    await expect(target).toBeFocused();
  };
  await person.opensList();
  await reach(person.link('Connect a bank'));
  await page.keyboard.press('Enter');
  await person.sees('Connection details');
  await reach(page.getByRole('combobox', { name: 'Bank', exact: true }));
  await page.keyboard.type(STANDARD_BANK.id);
  // What was found for the first letters is replaced by what was found for all of them.
  await expect(page.getByRole('option')).toHaveCount(1);
  await expect(page.getByRole('option', { name: STANDARD_BANK.name })).toBeVisible();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await reach(person.button('Continue'));
  await page.keyboard.press('Enter');
  await person.sees('Create the delegated user');
  await reach(person.button('I have created the user'));
  await page.keyboard.press('Enter');
  await person.sees('Finish setup');
  await reach(person.checkbox('The delegated user is active'));
  await page.keyboard.press('Space');
  await reach(person.checkbox('I accept the Waycore terms of use'));
  await page.keyboard.press('Space');
  await reach(person.button('Finish setup'));
  await page.keyboard.press('Enter');
  await person.sees('Activating your connection');
});
