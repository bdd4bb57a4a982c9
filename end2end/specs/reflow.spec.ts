// Nothing is lost to somebody who zooms to 400 %, has a small phone, or reads a language with longer words or from
// right to left: no screen scrolls sideways or cuts anything off. What a screen shows for a moment only is looked at where
// it is brought about. Without JavaScript a page is the same HTML, but for what stands in for JavaScript.
import { INSTANT_BANK, PORTALS_BANK, PROVISIONING_BANK } from '../support/person';
import { looksNarrow } from '../support/reflow';
import { expect, ownPortal, test } from '../support/test';

const LONG_NAME = 'Donaudampfschifffahrtsgesellschaftsbank of the Unreasonably Long Names, Head Office';

test('the list, the sheet, a problem and the sign-in reflow', { tag: '@javascript' }, async ({ person, simulator }) => {
  for (const status of ['active', 'reauthRequired', 'unheard of']) {
    const id = await person.hasBegun(`${LONG_NAME}, ${status}`, ownPortal());
    await simulator.put(id, { kind: 'ready', status });
  }
  const setup = await person.hasBegun(LONG_NAME, ownPortal());
  await person.opensList();
  await expect(person.listed(LONG_NAME)).toHaveCount(4);
  await looksNarrow(person, 'the list');
  await person.open('/?status=reauthRequired');
  await expect(person.page.getByRole('navigation', { name: 'Show' })).toBeVisible();
  await looksNarrow(person, 'the filters of the list');
  await person.open(`/connections/${setup}/sheet`);
  await person.sees('Create a user at the bank');
  await looksNarrow(person, 'the sheet');
  await person.open('/no-such-page');
  await person.sees('Not found');
  await looksNarrow(person, 'a problem');
  await person.context.clearCookies();
  await person.page.goto(person.url('/demo/sign-in'));
  await person.page.getByRole('main').getByText('Somebody else').click();
  await expect(person.button('Sign in')).toBeVisible();
  await looksNarrow(person, 'the sign-in');
});

test('connection details reflow', { tag: '@javascript' }, async ({ person }) => {
  await person.open('/new');
  await person.sees('Connection details');
  await looksNarrow(person, 'connection details');
  await person.page.getByRole('combobox', { name: 'Bank', exact: true }).fill('test bank');
  await expect(person.page.getByRole('option').first()).toBeVisible();
  await looksNarrow(person, 'search results');
  await person.chooses(PORTALS_BANK);
  await looksNarrow(person, 'a bank with several portals');
  await person.open('/new?unlisted=true');
  await person.fillsInUnlistedBank(LONG_NAME, 'http://bank.example/login');
  await person.textbox('Bank portal URL').press('Enter');
  await expect(person.textbox('Bank portal URL')).toHaveAttribute('aria-invalid', 'true');
  await person.ready();
  await looksNarrow(person, 'a refused unlisted bank');
});

test('the steps of a setup reflow', { tag: '@javascript' }, async ({ person, simulator }) => {
  const id = await person.hasBegun(LONG_NAME, ownPortal('/a/very/long/path/to/the/sign-in/page?with=parameters'));
  await person.open(`/connections/${id}/setup`);
  await person.sees('Create the delegated user');
  await looksNarrow(person, 'the delegated user');
  await person.open(`/connections/${id}/setup?step=finish`);
  await person.sees('Finish setup');
  await looksNarrow(person, 'finish setup');
  await simulator.keepActivating(id);
  await person.open(`/connections/${id}/setup`);
  await person.sees('Activating your connection');
  await looksNarrow(person, 'the activation');
});

test('a connected bank and its removal reflow', { tag: '@javascript' }, async ({ person }) => {
  const id = await person.hasConnected(INSTANT_BANK);
  for (const name of ['Balance', 'Money in and out by month']) {
    const figure = person.page.getByRole('figure', { name, exact: true });
    await figure.getByText('Show the numbers').click();
    await expect(figure.getByRole('table')).toBeVisible();
  }
  await looksNarrow(person, 'the detail with the numbers of its charts');
  await person.open(`/connections/${id}/remove`);
  await person.sees('Remove connection');
  await looksNarrow(person, 'the removal');
});

test('what stands in for JavaScript reflows', { tag: '@no-javascript' }, async ({ person }) => {
  await person.open('/new?query=test+bank');
  await expect(person.page.getByRole('radio', { name: PORTALS_BANK.name })).toBeVisible();
  await looksNarrow(person, 'the results of a search');
  const id = await person.hasBegunAt(PROVISIONING_BANK);
  await person.open(`/connections/${id}/setup`);
  await expect(person.detail('Email')).toContainText('Being prepared');
  await looksNarrow(person, 'details that are being prepared');
});
