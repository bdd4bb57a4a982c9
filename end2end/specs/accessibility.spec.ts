// Every screen against WCAG 2.2 AA, and a whole setup with the keyboard alone.
import { passesAudit } from '../support/audit';
import { STANDARD_BANK, type Person } from '../support/person';
import { expect, ownPortal, test } from '../support/test';

test('the list, empty and filled', async ({ browser, person, simulator }) => {
  await person.opensList();
  await passesAudit(browser, person, 'empty list');
  for (const status of ['reauthRequired', 'paused', 'errored']) {
    const id = await person.startsSetupOfUnlisted(`Bank that is ${status}`, ownPortal());
    await simulator.put(id, { kind: 'ready', status });
  }
  await person.startsSetupOfUnlisted('Bank in setup', ownPortal());
  if (person.hasJavaScript) {
    await person.startsConnecting();
    await person.saysThatBankIsNotListed();
    await person.fillsInUnlistedBank('Bank as a draft', ownPortal());
    await expect(person.page.getByText('Saved on this device')).toBeVisible();
  }
  await person.opensList();
  await passesAudit(browser, person, 'filled list');
});

test('connection details', async ({ browser, person }) => {
  await person.startsConnecting();
  await passesAudit(browser, person, 'connection details');
  if (person.hasJavaScript) {
    const field = person.page.getByRole('combobox', { name: 'Bank', exact: true });
    await field.fill('test bank');
    await expect(person.page.getByRole('option').first()).toBeVisible();
    await field.press('ArrowDown');
    await passesAudit(browser, person, 'open bank search');
    await field.press('Escape');
  } else {
    await person.chooses(STANDARD_BANK);
    await passesAudit(browser, person, 'search results');
  }
  await person.saysThatBankIsNotListed();
  await passesAudit(browser, person, 'unlisted bank');
  await person.fillsInUnlistedBank(STANDARD_BANK.name, 'https://portal.standard-test-bank.example/login');
  await person.continues();
  await expect(person.checkbox('This is a different bank')).toBeVisible();
  await person.ready();
  await passesAudit(browser, person, 'refused unlisted bank');
});

test('the steps of a setup and the detail', async ({ browser, person, simulator }) => {
  const id = await person.startsSetupOfUnlisted('Accessible Bank', ownPortal());
  await passesAudit(browser, person, 'delegated user');
  await person.saysThatUserExists();
  await passesAudit(browser, person, 'finish setup');
  await person.button('Finish setup').click();
  await expect(person.page.getByRole('alert')).toBeVisible();
  await person.ready();
  await passesAudit(browser, person, 'refused finish setup');
  await person.open(`/connections/${id}/sheet`);
  await passesAudit(browser, person, 'sheet');
  await person.open(`/connections/${id}/setup?step=finish`);
  await person.confirmsAndFinishes();
  await person.sees('Activating your connection');
  await simulator.keepActivating(id);
  await passesAudit(browser, person, 'activation');
  for (const status of ['active', 'reauthRequired', 'errored', 'invalidConfig', 'paused', 'revoked', 'unheard of']) {
    await simulator.put(id, { kind: 'ready', status });
    await person.open(`/connections/${id}`);
    await passesAudit(browser, person, `detail that is ${status}`);
  }
});

test('problems', async ({ browser, person, simulator }) => {
  await person.open('/no-such-page');
  await passesAudit(browser, person, 'no such page');
  await person.open('/connections/conn_no-such-connection');
  await passesAudit(browser, person, 'no such connection');
  const id = await person.startsSetupOfUnlisted('Failing Bank', ownPortal());
  await person.opensList();
  await simulator.fail({ match: { method: 'GET', connectionId: id }, effect: { status: 401 }, times: 1 });
  await person.open(`/connections/${id}/setup`);
  await expect(person.link('Try again')).toBeVisible();
  await passesAudit(browser, person, 'Waycore refuses the key');
  await simulator.fail({ match: { method: 'GET', connectionId: id }, effect: { status: 503 }, times: 3 });
  await person.open(`/connections/${id}/setup`);
  await expect(person.outOfDate()).toBeVisible();
  await passesAudit(browser, person, 'Waycore is down');
  await person.open(`/connections/${id}/remove`);
  await passesAudit(browser, person, 'removal');
});

test('the sign-in', async ({ browser, person }) => {
  await person.context.clearCookies();
  await person.page.goto(person.url('/demo/sign-in'));
  await expect(person.page.getByRole('main')).toContainText(/sign in/i);
  await passesAudit(browser, person, 'sign-in');
});

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
