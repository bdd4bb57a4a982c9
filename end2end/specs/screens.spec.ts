// Every screen that is no state of a connection, looked at as an auditor would, and photographed. The states of a
// connection are in states.spec.ts.
import { looksRight } from '../support/audit';
import { INSTANT_BANK, PORTALS_BANK, STANDARD_BANK } from '../support/person';
import { expect, ownPortal, test } from '../support/test';

test('the list: empty, filled, with drafts', async ({ person, meet, simulator }) => {
  await person.opensList();
  await looksRight(person, 'list', 'empty');
  const viewer = await meet({ user: 'vera', role: 'viewer' });
  await viewer.opensList();
  await looksRight(viewer, 'list', 'empty for a viewer');
  if (person.hasJavaScript) {
    await person.startsConnecting();
    await person.chooses(STANDARD_BANK);
    await person.link('Cancel').click();
    await person.sees('Bank connections');
    await person.startsConnecting();
    await person.saysThatBankIsNotListed();
    await person.fillsInUnlistedBank('Bank as a draft', ownPortal());
    await expect(person.page.getByText('Saved on this device')).toBeVisible();
    await person.opensList();
    await expect(person.button('Discard draft')).toHaveCount(2);
    await looksRight(person, 'list', 'only drafts');
  }
  const statuses = ['active', 'reauthRequired', 'errored', 'invalidConfig', 'paused', 'revoked', 'unheard of'];
  for (const status of statuses) {
    const id = await person.startsSetupOfUnlisted(`Bank that is ${status}`, ownPortal());
    await simulator.put(id, { kind: 'ready', status });
  }
  const pending = await person.startsSetupOf(INSTANT_BANK);
  await simulator.keepActivating(pending);
  await person.startsSetupOfUnlisted('Bank in setup, with a name that is much longer than most names are', ownPortal());
  await person.opensList();
  for (const status of statuses) await expect(person.listed(`Bank that is ${status}`)).toBeVisible();
  await expect(person.button('Discard draft')).toHaveCount(person.hasJavaScript ? 2 : 0);
  await looksRight(person, 'list', 'filled');
});

test('connection details', async ({ person }) => {
  await person.startsConnecting();
  await looksRight(person, 'connection details', 'empty');
  if (person.hasJavaScript) {
    const field = person.page.getByRole('combobox', { name: 'Bank', exact: true });
    await field.fill('test bank');
    await expect(person.page.getByRole('option').first()).toBeVisible();
    await field.press('ArrowDown');
    await looksRight(person, 'connection details', 'open search results');
    await field.fill('no bank is called so');
    await expect(person.page.getByRole('main')).toContainText('No bank found');
    await looksRight(person, 'connection details', 'no results');
    await person.chooses(PORTALS_BANK);
    await expect(person.page.getByRole('radiogroup', { name: 'Bank portal' }).getByRole('radio')).toHaveCount(3);
    await looksRight(person, 'connection details', 'bank with several portals');
  } else {
    const field = person.page.getByRole('searchbox', { name: 'Bank', exact: true });
    await field.fill('no bank is called so');
    await person.button('Search').click();
    await expect(person.page.getByRole('status').filter({ hasText: 'No bank fits' })).toBeVisible();
    await looksRight(person, 'connection details', 'no results');
    await person.chooses(PORTALS_BANK);
    await looksRight(person, 'connection details', 'bank with several portals');
    await person.chooses(STANDARD_BANK);
    await looksRight(person, 'connection details', 'search results');
  }
});

test('connection details of a bank that is not listed', async ({ person }) => {
  await person.startsConnecting();
  await person.saysThatBankIsNotListed();
  await looksRight(person, 'connection details', 'unlisted bank');
  await person.fillsInUnlistedBank('Mistyped Bank', 'http://bank.example/login');
  await person.continues();
  await expect(person.textbox('Bank portal URL')).toHaveAttribute('aria-invalid', 'true');
  await person.ready();
  await looksRight(person, 'connection details', 'refused portal');
  await person.fillsInUnlistedBank(STANDARD_BANK.name, 'https://portal.standard-test-bank.example/login');
  await person.continues();
  await expect(person.checkbox('This is a different bank')).toBeVisible();
  await person.ready();
  await looksRight(person, 'connection details', 'refused unlisted bank');
});

test('the steps of a setup', async ({ person, simulator }) => {
  const id = await person.startsSetupOfUnlisted('Accessible Bank', ownPortal());
  await looksRight(person, 'delegated user', 'just started');
  await person.saysThatUserExists();
  await looksRight(person, 'finish setup', 'empty');
  await person.fillsIn({ username: 'wc-acme', customerId: '00-12345' });
  await person.button('Finish setup').click();
  await expect(person.page.getByRole('alert')).toBeVisible();
  await person.ready();
  await looksRight(person, 'finish setup', 'refused');
  await person.open(`/connections/${id}/sheet`);
  await person.sees('Create a user at the bank');
  await looksRight(person, 'sheet', 'complete');
  await person.open(`/connections/${id}/setup?step=finish`);
  await person.confirmsAndFinishes();
  await person.sees('Activating your connection');
  await simulator.keepActivating(id);
  await person.reload();
  await person.sees('Activating your connection');
  await looksRight(person, 'activation', 'just handed over');
});

test('a connected bank, and its removal', async ({ person, meet, simulator }) => {
  test.slow();
  // From its own activation, and not put there, so that it has accounts and transactions.
  const id = await person.startsSetupOf(INSTANT_BANK);
  await person.finishesSetup();
  await person.seesConnected(INSTANT_BANK.name);
  await expect(async () => {
    await person.reload();
    const rows = person.page.getByRole('region', { name: 'Transactions' }).locator('li, tbody tr');
    expect(await rows.count()).toBeGreaterThan(0);
  }).toPass();
  await looksRight(person, 'detail', 'with accounts and transactions');
  await person.link('Remove connection').click();
  await expect(person.button('Remove permanently')).toBeVisible();
  await person.ready();
  await looksRight(person, 'removal', 'asked for');
  await person.page.getByRole('main').getByRole('textbox').fill('another name');
  await person.button('Remove permanently').click();
  await expect(person.page.getByRole('alert')).toBeVisible();
  await person.ready();
  await looksRight(person, 'removal', 'refused');
  const viewer = await meet({ user: 'vera', role: 'viewer' });
  await viewer.open(`/connections/${id}/remove`);
  await expect(viewer.button('Remove permanently')).toHaveCount(0);
  await looksRight(viewer, 'removal', 'for a viewer');
  const setup = await person.startsSetupOfUnlisted('Bank in setup', ownPortal());
  await simulator.put(setup, { kind: 'setup', status: 'draft' });
  await person.open(`/connections/${setup}/remove`);
  await expect(person.button('Remove permanently')).toBeVisible();
  await looksRight(person, 'removal', 'of a setup');
});

// With JavaScript states.spec.ts looks at these.
test('the detail in every state', { tag: '@no-javascript' }, async ({ person, simulator }) => {
  const id = await person.startsSetupOfUnlisted('Accessible Bank', ownPortal());
  for (const status of ['active', 'reauthRequired', 'errored', 'invalidConfig', 'paused', 'revoked', 'unheard of']) {
    await simulator.put(id, { kind: 'ready', status });
    await person.open(`/connections/${id}`);
    await person.sees('Accessible Bank');
    await looksRight(person, 'detail', status);
  }
});

test('problems', async ({ person, meet, simulator }) => {
  await person.open('/no-such-page');
  await person.sees('Not found');
  await looksRight(person, 'problem', 'no such page');
  await person.open('/connections/conn_no-such-connection');
  await person.sees('Not found');
  await looksRight(person, 'problem', 'no such connection');
  const viewer = await meet({ user: 'vera', role: 'viewer' });
  await viewer.open('/new');
  await viewer.sees('You may not do this');
  await looksRight(viewer, 'problem', 'not for a viewer');
  const id = await person.startsSetupOfUnlisted('Failing Bank', ownPortal());
  await person.opensList();
  await simulator.fail({ match: { method: 'GET', connectionId: id }, effect: { status: 401 } });
  await person.open(`/connections/${id}/setup`);
  await expect(person.link('Try again')).toBeVisible();
  await looksRight(person, 'problem', 'Waycore refuses the key');
  await simulator.recovers(id);
});

test('Waycore is down, and nothing is known from before', async ({ startAlone }) => {
  const { person, simulator } = await startAlone();
  await person.startsConnecting();
  await person.saysThatBankIsNotListed();
  await person.fillsInUnlistedBank('Unreachable Bank', ownPortal());
  await simulator.failForEverybody({ match: { path: '/v1/' }, effect: { status: 503 } });
  await person.continues();
  await expect(person.page.getByRole('alert')).toBeVisible();
  await person.ready();
  await looksRight(person, 'connection details', 'Waycore is down');
  await person.page.goto(person.url('/new?institution=not-in-the-list'));
  await expect(person.link('Try again')).toBeVisible();
  await person.ready();
  await looksRight(person, 'problem', 'Waycore is down');
});

test('the server cannot be reached', { tag: '@javascript' }, async ({ person, context }) => {
  await person.startsConnecting();
  await person.saysThatBankIsNotListed();
  await person.fillsInUnlistedBank('Offline Bank', ownPortal());
  await context.setOffline(true);
  await person.continues();
  await expect(person.page.getByRole('alert')).toBeVisible();
  await looksRight(person, 'connection details', 'offline');
  await person.link('Cancel').click();
  await person.sees('The page cannot be loaded');
  await looksRight(person, 'problem', 'offline');
  await context.setOffline(false);
});

test('the sign-in', async ({ person }) => {
  const { page } = person;
  await person.context.clearCookies();
  await page.goto(person.url('/demo/sign-in'));
  await expect(person.button('Ana, manager at Acme')).toBeVisible();
  await looksRight(person, 'sign-in', 'demo');
  await page.getByRole('main').getByText('Somebody else').click();
  await person.button('Sign in').click();
  await expect(page.getByRole('alert')).toBeVisible();
  await looksRight(person, 'sign-in', 'refused');
  // The demo leads there who is signed out.
  await page.goto(person.url('/new'));
  await expect(person.button('Ana, manager at Acme')).toBeVisible();
  await looksRight(person, 'sign-in', 'on the way to a page');
});
