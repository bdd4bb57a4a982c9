// Screens that are no state of a connection, audited and photographed: one for each look in every run, all of them when
// `CONNECT_SOAK` is set. The states of a connection are in states.spec.ts, what shows for a moment is in moments.spec.ts. What
// the pages say is checked without a browser: server/tests/it/{states,problem_pages,new_bank,finish,connected}.rs.
import { looksRight } from '../support/audit';
import { INSTANT_BANK, PORTALS_BANK, PROVISIONING_BANK, STANDARD_BANK, type Person } from '../support/person';
import type { Screen } from '../support/pictures';
import { expect, ownPortal, test } from '../support/test';

const SOAK = process.env.CONNECT_SOAK !== undefined;

/** A screen that differs only by words from another that is looked at. */
async function alsoLooksRight(person: Person, screen: Screen, state: string): Promise<void> {
  if (SOAK) await looksRight(person, screen, state);
}

test('the list: empty, and with every status and drafts', { tag: '@javascript' }, async ({ person, meet, simulator }) => {
  await person.opensList();
  await looksRight(person, 'list', 'empty');
  if (SOAK) {
    const viewer = await meet({ user: 'vera', role: 'viewer' });
    await viewer.opensList();
    await looksRight(viewer, 'list', 'empty for a viewer');
  }
  await person.startsConnecting();
  await person.chooses(STANDARD_BANK);
  await person.link('Keep draft').click();
  await person.sees('Bank connections');
  await person.startsConnecting();
  await person.saysThatBankIsNotListed();
  await person.fillsInUnlistedBank('Bank as a draft', ownPortal());
  await expect(person.page.getByText('Saved on this device')).toBeVisible();
  await person.opensList();
  await expect(person.button('Discard draft')).toHaveCount(2);
  await alsoLooksRight(person, 'list', 'only drafts');
  const statuses = ['active', 'reauthRequired', 'errored', 'invalidConfig', 'paused', 'revoked', 'unheard of'];
  for (const status of statuses) {
    const id = await person.hasBegun(`Bank that is ${status}`, ownPortal());
    await simulator.put(id, { kind: 'ready', status });
  }
  const pending = await person.hasFinishedAt(INSTANT_BANK);
  await simulator.keepActivating(pending);
  await person.hasBegun('Bank in setup, with a name that is much longer than most names are', ownPortal());
  await person.opensList();
  for (const status of statuses) await expect(person.listed(`Bank that is ${status}`)).toBeVisible();
  await expect(person.button('Discard draft')).toHaveCount(2);
  await looksRight(person, 'list', 'filled');
});

test('connection details', { tag: '@javascript' }, async ({ person }) => {
  await person.open('/new');
  await person.sees('Connection details');
  await alsoLooksRight(person, 'connection details', 'empty');
  const field = person.page.getByRole('combobox', { name: 'Bank', exact: true });
  await field.fill('test bank');
  await expect(person.page.getByRole('option').first()).toBeVisible();
  await field.press('ArrowDown');
  await looksRight(person, 'connection details', 'open search results');
  await field.fill('no bank is called so');
  await expect(person.page.getByRole('main')).toContainText('No bank found');
  await alsoLooksRight(person, 'connection details', 'no results');
  await person.chooses(PORTALS_BANK);
  await expect(person.page.getByRole('radiogroup', { name: 'Bank portal' }).getByRole('radio')).toHaveCount(3);
  await looksRight(person, 'connection details', 'bank with several portals');
});

test('connection details of a bank that is not listed', { tag: '@javascript' }, async ({ person }) => {
  await person.open('/new?unlisted=true');
  await person.sees('Connection details');
  await alsoLooksRight(person, 'connection details', 'unlisted bank');
  if (SOAK) {
    await person.fillsInUnlistedBank('Mistyped Bank', 'http://bank.example/login');
    await person.continues();
    await expect(person.textbox('Bank portal URL')).toHaveAttribute('aria-invalid', 'true');
    await person.ready();
    await looksRight(person, 'connection details', 'refused portal');
  }
  await person.fillsInUnlistedBank(STANDARD_BANK.name, 'https://portal.standard-test-bank.example/login');
  await person.continues();
  await expect(person.checkbox('This is a different bank')).toBeVisible();
  await person.ready();
  await looksRight(person, 'connection details', 'refused unlisted bank');
});

test('the steps of a setup', { tag: '@javascript' }, async ({ person, simulator }) => {
  const id = await person.hasBegun('Accessible Bank', ownPortal());
  await person.open(`/connections/${id}/sheet`);
  await person.sees('Create a user at the bank');
  await looksRight(person, 'sheet', 'complete');
  if (SOAK) {
    await person.open(`/connections/${id}/setup`);
    await person.sees('Create the delegated user');
    await looksRight(person, 'delegated user', 'just started');
  }
  await person.open(`/connections/${id}/setup?step=finish`);
  await person.sees('Finish setup');
  await alsoLooksRight(person, 'finish setup', 'empty');
  await person.fillsIn({ username: 'wc-acme', customerId: '00-12345' });
  await person.button('Finish setup').click();
  await expect(person.page.locator('.field-error')).toHaveCount(2);
  await looksRight(person, 'finish setup', 'refused');
  if (SOAK) {
    await person.confirmsAndFinishes();
    await person.sees('Activating your connection');
    await simulator.keepActivating(id);
    await person.reload();
    await person.sees('Activating your connection');
    await looksRight(person, 'activation', 'just handed over');
  }
});

test('a connected bank, and its removal', { tag: '@javascript' }, async ({ person, meet }) => {
  // From its own activation, and not put there, so that it has accounts and transactions.
  const id = await person.hasConnected(INSTANT_BANK);
  await looksRight(person, 'detail', 'with accounts and transactions');
  await person.open(`/connections/${id}/remove`);
  await alsoLooksRight(person, 'removal', 'asked for');
  await person.page.getByRole('main').getByRole('textbox').fill('another name');
  await person.button('Remove permanently').click();
  await expect(person.page.getByRole('alert')).toBeVisible();
  await person.ready();
  await looksRight(person, 'removal', 'refused');
  if (SOAK) {
    const viewer = await meet({ user: 'vera', role: 'viewer' });
    await viewer.open(`/connections/${id}/remove`);
    await viewer.sees('Remove connection');
    await looksRight(viewer, 'removal', 'for a viewer');
    const setup = await person.hasBegun('Bank in setup', ownPortal());
    await person.open(`/connections/${setup}/remove`);
    await expect(person.button('Remove permanently')).toBeVisible();
    await looksRight(person, 'removal', 'of a setup');
  }
});

test('problems', { tag: '@javascript' }, async ({ person, meet, simulator }) => {
  await person.open('/no-such-page');
  await person.sees('Not found');
  await looksRight(person, 'problem', 'no such page');
  const id = await person.hasBegun('Failing Bank', ownPortal());
  await simulator.fail({ match: { method: 'GET', connectionId: id }, effect: { status: 401 } });
  await person.open(`/connections/${id}/setup`);
  await expect(person.link('Try again')).toBeVisible();
  await looksRight(person, 'problem', 'Waycore refuses the key');
  await simulator.recovers(id);
  if (SOAK) {
    await person.open('/connections/conn_no-such-connection');
    await person.sees('Not found');
    await looksRight(person, 'problem', 'no such connection');
    const viewer = await meet({ user: 'vera', role: 'viewer' });
    await viewer.open('/new');
    await viewer.sees('You may not do this');
    await looksRight(viewer, 'problem', 'not for a viewer');
  }
});

if (SOAK) {
  test('Waycore is down, and nothing is known from before', { tag: '@javascript' }, async ({ startAlone }) => {
    const { person, simulator } = await startAlone();
    await person.open('/new?unlisted=true');
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
}

test('the server cannot be reached', { tag: '@javascript' }, async ({ person, context }) => {
  await person.open('/new?unlisted=true');
  await person.fillsInUnlistedBank('Offline Bank', ownPortal());
  await context.setOffline(true);
  await person.continues();
  await expect(person.page.getByRole('alert')).toBeVisible();
  await alsoLooksRight(person, 'connection details', 'offline');
  await person.link('Cancel').click();
  await person.sees('The page cannot be loaded');
  await looksRight(person, 'problem', 'offline');
  await context.setOffline(false);
});

test('the sign-in', { tag: '@javascript' }, async ({ person }) => {
  const { page } = person;
  await person.context.clearCookies();
  // The demo leads there who is signed out.
  await page.goto(person.url('/new'));
  await expect(person.button('Ana, manager at Acme')).toBeVisible();
  await alsoLooksRight(person, 'sign-in', 'on the way to a page');
  await page.getByRole('main').getByText('Somebody else').click();
  await person.button('Sign in').click();
  await expect(page.getByRole('alert')).toBeVisible();
  await looksRight(person, 'sign-in', 'refused');
});

// The other pages are the same HTML with JavaScript and without.
test('what stands in for JavaScript', { tag: '@no-javascript' }, async ({ person }) => {
  await person.open('/new');
  const field = person.page.getByRole('searchbox', { name: 'Bank', exact: true });
  await field.fill('no bank is called so');
  await person.button('Search').click();
  await expect(person.page.getByRole('status').filter({ hasText: 'No bank fits' })).toBeVisible();
  await alsoLooksRight(person, 'connection details', 'no results');
  await field.fill('test bank');
  await person.button('Search').click();
  await expect(person.page.getByRole('radio', { name: PORTALS_BANK.name })).toBeVisible();
  await looksRight(person, 'connection details', 'search results');
  const id = await person.hasBegunAt(PROVISIONING_BANK);
  await person.open(`/connections/${id}/setup`);
  await expect(person.detail('Email')).toContainText('Being prepared');
  await looksRight(person, 'delegated user', 'being prepared');
  const activating = await person.hasFinishedAt({ id: 'sim-slow', name: 'Slow Test Bank' });
  // It would fetch itself again while it is looked at.
  await person.open(`/connections/${activating}/setup?refresh=off`);
  await person.sees('Activating your connection');
  await alsoLooksRight(person, 'activation', 'without refreshing');
});
