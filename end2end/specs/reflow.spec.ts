// Nothing is lost to somebody who zooms to 400 %, has a small phone, or reads a language with longer words or from
// right to left: no screen scrolls sideways or cuts anything off. What a screen shows for a moment only is looked at where
// it is brought about.
import { INSTANT_BANK, PORTALS_BANK } from '../support/person';
import { looksNarrow } from '../support/reflow';
import { expect, ownPortal, test } from '../support/test';

const LONG_NAME = 'Donaudampfschifffahrtsgesellschaftsbank of the Unreasonably Long Names, Head Office';

test('the sign-in reflows', async ({ person }) => {
  await person.context.clearCookies();
  await person.page.goto(person.url('/demo/sign-in'));
  await person.page.getByRole('main').getByText('Somebody else').click();
  await expect(person.button('Sign in')).toBeVisible();
  await looksNarrow(person, 'the sign-in');
});

test('the list, the sheet and a problem reflow', async ({ person, simulator }) => {
  for (const status of ['active', 'reauthRequired', 'unheard of']) {
    const id = await person.startsSetupOfUnlisted(`${LONG_NAME}, ${status}`, ownPortal());
    await simulator.put(id, { kind: 'ready', status });
  }
  const setup = await person.startsSetupOfUnlisted(LONG_NAME, ownPortal());
  await person.opensList();
  await expect(person.listed(LONG_NAME)).toHaveCount(4);
  await looksNarrow(person, 'the list');
  await person.open(`/connections/${setup}/sheet`);
  await person.sees('Create a user at the bank');
  await looksNarrow(person, 'the sheet');
  await person.open('/no-such-page');
  await person.sees('Not found');
  await looksNarrow(person, 'a problem');
});

test('the list reflows with its filters', async ({ person }) => {
  await person.open('/?status=reauthRequired');
  await expect(person.page.getByRole('navigation', { name: 'Show' })).toBeVisible();
  await looksNarrow(person, 'the filters of the list');
});

test('connection details reflow', async ({ person }) => {
  await person.startsConnecting();
  await looksNarrow(person, 'connection details');
  if (person.hasJavaScript) {
    await person.page.getByRole('combobox', { name: 'Bank', exact: true }).fill('test bank');
    await expect(person.page.getByRole('option').first()).toBeVisible();
    await looksNarrow(person, 'search results');
  }
  await person.chooses(PORTALS_BANK);
  await looksNarrow(person, 'a bank with several portals');
  await person.startsConnecting();
  await person.saysThatBankIsNotListed();
  await person.fillsInUnlistedBank(LONG_NAME, 'http://bank.example/login');
  await person.textbox('Bank portal URL').press('Enter');
  await expect(person.textbox('Bank portal URL')).toHaveAttribute('aria-invalid', 'true');
  await person.ready();
  await looksNarrow(person, 'a refused unlisted bank');
});

test('the steps of a setup reflow', async ({ person, simulator }) => {
  const id = await person.startsSetupOfUnlisted(LONG_NAME, ownPortal('/a/very/long/path/to/the/sign-in/page?with=parameters'));
  await looksNarrow(person, 'the delegated user');
  await person.saysThatUserExists();
  await looksNarrow(person, 'finish setup');
  await person.confirmsAndFinishes();
  await person.sees('Activating your connection');
  await simulator.keepActivating(id);
  // Without JavaScript it would fetch itself again while it is looked at.
  await person.open(`/connections/${id}/setup?refresh=off`);
  await person.sees('Activating your connection');
  await looksNarrow(person, 'the activation');
});

test('a connected bank and its removal reflow', async ({ person }) => {
  test.slow();
  const id = await person.connects(INSTANT_BANK);
  await looksNarrow(person, 'the detail');
  for (const name of ['Balance', 'Money in and out by month']) {
    const figure = person.page.getByRole('figure', { name, exact: true });
    await figure.getByText('Show the numbers').click();
    await expect(figure.getByRole('table')).toBeVisible();
  }
  await looksNarrow(person, 'the numbers of the charts');
  await person.open(`/connections/${id}/remove`);
  await person.sees('Remove connection');
  await looksNarrow(person, 'the removal');
});
