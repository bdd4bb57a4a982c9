// What a screen shows for a moment only: while something is refused, looked for, opened, prepared or waited for. Looked
// at as an auditor would, and photographed. Whole screens are in screens.spec.ts, states of a connection in
// states.spec.ts.
import { looksRight } from '../support/audit';
import { INSTANT_BANK, PORTALS_BANK, PROVISIONING_BANK, STANDARD_BANK, type Person } from '../support/person';
import { looksNarrow } from '../support/reflow';
import { expect, ownPortal, test } from '../support/test';

/** As many connections as two pages of the list take. */
const MORE_THAN_A_PAGE = 52;

test('a list that is filtered, and one that goes on', { tag: '@javascript' }, async ({ person, simulator }) => {
  const ids = await startsMany(person, MORE_THAN_A_PAGE);
  for (const id of ids.slice(0, 2)) await simulator.put(id, { kind: 'ready', status: 'paused' });
  await person.opensList();
  await expect(person.listed(/^Bank number/)).toHaveCount(50);
  await looksRight(person, 'list', 'first page');
  await person.link('Show older connections').click();
  await expect(person.listed(/^Bank number/)).toHaveCount(MORE_THAN_A_PAGE - 50);
  await person.ready();
  await looksRight(person, 'list', 'last page');

  const filters = person.page.getByRole('navigation', { name: 'Show' });
  await filters.getByRole('link', { name: 'Paused' }).click();
  await expect(person.listed(/^Bank number/)).toHaveCount(2);
  await expect(filters.getByRole('link', { name: 'Paused' })).toHaveAttribute('aria-current', 'page');
  await person.ready();
  await looksRight(person, 'list', 'filtered');
  await filters.getByRole('link', { name: 'Revoked' }).click();
  await expect(person.page.getByRole('main')).toContainText('No connection has this status.');
  await person.ready();
  await looksRight(person, 'list', 'filtered, and nothing fits');
});

test('help with an address', { tag: '@javascript' }, async ({ person }) => {
  await person.startsConnecting();
  await person.saysThatBankIsNotListed();
  const notes = person.page.getByRole('main').getByRole('status');
  const odd = [
    ['warned of an address', 'https://portal.standard-tesst-bank.example/login', /looks like the one of another bank/],
    ['offered a bank in the list', 'https://portal.standard-test-bank.example/login', /Choose it/],
  ] as const;
  for (const [state, portal, says] of odd) {
    await person.fillsInUnlistedBank('Our House Bank', portal);
    await person.textbox('Bank portal URL').press('Tab');
    await expect(notes.filter({ hasText: says })).toBeVisible();
    await looksRight(person, 'connection details', state);
  }
});

test('a question about an odd address', { tag: '@javascript' }, async ({ person, context }) => {
  // Help that did not come while it was typed has warned nobody.
  await context.route(/\/api\/coach_portal/, (route) => route.abort());
  const questions = [
    ['https://192.0.2.7/login', /is a number instead of a name/],
    ['https://portal.standard-tesst-bank.example/login', /looks like the one of another bank/],
  ] as const;
  for (const [portal, says] of questions) {
    await person.open('/new?unlisted=true');
    await person.fillsInUnlistedBank('Our House Bank', portal);
    await person.continues();
    await expect(person.textbox('Bank portal URL')).toHaveAccessibleDescription(says);
    await expect(person.checkbox("I have checked the address: it is my bank's")).toBeVisible();
  }
  await looksRight(person, 'connection details', 'asked about an odd address');
  await looksNarrow(person, 'a question about an odd address');
});

test('an address that is corrected', { tag: '@javascript' }, async ({ person, simulator }) => {
  const correct = async (id: string) => {
    await simulator.put(id, { kind: 'ready', status: 'invalidConfig' });
    await person.open(`/connections/${id}`);
    await person.link('Start again with a corrected URL').click();
    await person.sees('Connection details');
    await expect(main).toContainText('The one that is there stays until you remove it.');
  };
  const main = person.page.getByRole('main');
  await correct(await person.hasBegun('Mistaken Bank', ownPortal('/an/address/that/leads/nowhere')));
  await expect(main).toContainText('Correct the address below.');
  await looksRight(person, 'connection details', 'corrected address');
  await looksNarrow(person, 'an address that is corrected');

  const portal = 'https://corporate.three-portals-test-bank.example/Login?Region=EU';
  const started = await person.posts('start_connection', { institution_id: PORTALS_BANK.id, portal_url: portal });
  await correct((started.connection as { id: string }).id);
  await expect(main).toContainText('Choose the portal where the delegated user was created.');
  await expect(person.page.getByRole('radio', { name: portal }), 'the one that was wrong is where they begin').toBeChecked();
  await looksRight(person, 'connection details', 'another portal instead of a wrong one');
  await looksNarrow(person, 'another portal instead of a wrong one');
});

test('a bank that is resumed, came by its link, or is there already', async ({ person, simulator }) => {
  if (person.hasJavaScript) {
    await person.startsConnecting();
    await person.chooses(STANDARD_BANK);
    await person.link('Cancel').click();
    await person.listed(STANDARD_BANK.name).getByRole('link', { name: 'Resume' }).click();
    await expect(person.page.getByRole('combobox', { name: 'Bank', exact: true })).toHaveValue(STANDARD_BANK.name);
    await person.sees('Connection details');
    await looksRight(person, 'connection details', 'resumed draft');
  }
  await person.open(`/new?institution=${STANDARD_BANK.id}`);
  await expect(person.page.getByRole('radio', { name: STANDARD_BANK.name })).toBeChecked();
  await looksRight(person, 'connection details', 'bank chosen by its link');
  await person.continues();
  await person.sees('Create the delegated user');
  await simulator.connect(person.connectionId());
  await person.opensList();
  await expect(person.listed(STANDARD_BANK.name).filter({ hasText: 'Connected' })).toBeVisible();

  await person.startsConnecting();
  if (person.hasJavaScript) {
    await person.page.getByRole('combobox', { name: 'Bank', exact: true }).fill('standard test');
    const option = person.page.getByRole('option', { name: STANDARD_BANK.name });
    await expect(option).toContainText('already connected');
    await looksRight(person, 'connection details', 'bank in the results that is connected already');
  }
  await person.chooses(STANDARD_BANK);
  await expect(person.link('Open it')).toBeVisible();
  await looksRight(person, 'connection details', 'chosen bank that is connected already');
});

test('another portal of a bank that is connected', async ({ person }) => {
  const choosesPortal = async (index: number) => {
    await person.startsConnecting();
    await person.chooses(PORTALS_BANK);
    await person.page.getByRole('radio', { name: /^https:/ }).nth(index).check();
    await person.continues();
  };
  await choosesPortal(0);
  await person.sees('Create the delegated user');
  await choosesPortal(1);
  await expect(person.checkbox('Connect this portal too')).toBeVisible();
  await person.ready();
  await looksRight(person, 'connection details', 'another portal');
});

test('a sheet on which values are missing', async ({ person }) => {
  const id = await person.startsSetupOf(PROVISIONING_BANK);
  await person.open(`/connections/${id}/sheet`);
  await person.sees('Create a user at the bank');
  await expect(person.page.getByText('Not there yet.')).toHaveCount(2);
  await looksRight(person, 'sheet', 'values being prepared');
});

test('a form after signing in again', async ({ person }) => {
  await person.startsSetupOfUnlisted('Bank of the Long Hour', ownPortal());
  await person.saysThatUserExists();
  await person.fillsIn({ username: 'wc-acme', password: 'issued by the bank' });
  await person.context.clearCookies();
  await person.confirmsAndFinishes();
  await person.page.getByRole('main').getByText('Somebody else').click();
  await person.textbox('User').fill(person.identity.user);
  await person.textbox('Organization').fill(person.identity.org);
  await person.button('Sign in').click();
  await person.sees('Finish setup');
  await expect(person.page.getByRole('alert')).toContainText('You had been signed out');
  await expect(person.page.getByRole('alert')).toContainText('has to be typed again');
  await expect(person.textbox('Bank username')).toHaveValue('');
  await looksRight(person, 'finish setup', 'after signing in again');
});

test('an activation that takes longer than a day', { tag: '@javascript' }, async ({ person, simulator }) => {
  const { page } = person;
  const id = await person.startsSetupOfUnlisted('Slow Bank', ownPortal());
  await simulator.keepActivating(id);
  await page.clock.install();
  await person.open(`/connections/${id}/setup`);
  await person.sees('Activating your connection');
  // The page is left open.
  await page.clock.fastForward('25:00:00');
  const main = page.getByRole('main');
  await expect(main.getByRole('heading', { name: 'It has been more than a day' })).toBeVisible();
  await expect(main).toContainText('Support code');
  await expect(main.getByRole('link', { name: 'Contact support' })).toBeVisible();
  await looksRight(person, 'activation', 'late');
});

test('money that is looked through', { tag: '@javascript' }, async ({ person, simulator }) => {
  test.slow();
  const id = await person.connects(INSTANT_BANK);
  const filters = person.page.getByRole('search', { name: 'Filter transactions' });
  for (const name of ['Balance', 'Money in and out by month']) {
    const figure = person.page.getByRole('figure', { name, exact: true });
    await figure.getByText('Show the numbers').click();
    await expect(figure.getByRole('table')).toBeVisible();
  }
  await looksRight(person, 'detail', 'open charts');

  await filters.getByRole('searchbox', { name: 'Contains' }).fill('electricity');
  await filters.getByRole('button', { name: 'Show' }).click();
  await person.page.waitForURL(/text=electricity/);
  await person.sees(INSTANT_BANK.name);
  await expect(person.transactions().first()).toContainText('ELECTRICITY');
  await looksRight(person, 'detail', 'filtered transactions');
  await filters.getByRole('searchbox', { name: 'Contains' }).fill('no transaction says so');
  await filters.getByRole('button', { name: 'Show' }).click();
  await expect(person.region('Transactions')).toContainText('No transaction fits these filters.');
  await person.ready();
  await looksRight(person, 'detail', 'filters without a result');
  await filters.getByLabel('From').fill('2026-02-01');
  await filters.getByLabel('To').fill('2026-01-01');
  await filters.getByRole('button', { name: 'Show' }).click();
  await expect(person.region('Transactions').getByRole('alert')).toBeVisible();
  await person.ready();
  await looksRight(person, 'detail', 'filters refused');

  await person.open(`/connections/${id}?from=2024-01-01`);
  await person.link('Show older transactions').click();
  await person.page.waitForURL(/cursor=/);
  await person.sees(INSTANT_BANK.name);
  await looksRight(person, 'detail', 'older transactions');

  const refuses = async (state: string, effect: { status: number; retryAfter?: number }, says: string) => {
    const match = { method: 'PUT', path: `/v1/connections/${id}/sync`, connectionId: id };
    await simulator.fail({ match, effect, times: 1 });
    await person.open(`/connections/${id}`);
    await person.button('Sync now').click();
    await expect(person.page.getByRole('alert')).toContainText(says);
    await person.ready();
    await looksRight(person, 'detail', state);
  };
  await refuses('conflict', { status: 409 }, 'The state has changed');
  await refuses('cooldown', { status: 429, retryAfter: 1_800 }, 'Not yet');
});

test('a company that Waycore does not know any more', async ({ person, simulator }) => {
  const id = await person.startsSetupOfUnlisted('Orphaned Bank', ownPortal());
  const entityId = await simulator.entityOf(id);
  await simulator.fail({ match: { method: 'GET', path: '/v1/connections', entityId }, effect: { status: 404 } });
  await person.open('/');
  await person.sees('Your company is not matched yet');
  const main = person.page.getByRole('main');
  await expect(main).toContainText('Your company could not be matched with its record at Waycore.');
  await expect(main.getByRole('link', { name: 'Contact support' })).toBeVisible();
  await expect(main).toContainText('Support code');
  await expect(main, 'no bank of anybody is shown').not.toContainText('Orphaned Bank');
  await looksRight(person, 'problem', 'company not matched');
});

test('too many requests at once', async ({ startAlone }) => {
  // A demo of its own: the limit counts everybody who comes from one address.
  const { person } = await startAlone();
  const cookie = (await person.context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
  const asks = (times: number) =>
    Promise.all(
      Array.from({ length: times }, async () => {
        const answer = await fetch(person.url('/api/get_connection'), { method: 'POST', headers: { cookie } });
        await answer.arrayBuffer();
      }),
    );
  await asks(900);
  // Others go on asking until the page is there.
  let isHere = false;
  const others = (async () => {
    while (!isHere) await asks(20);
  })();
  await expect(async () => {
    const answer = await person.page.goto(person.url('/'));
    expect(answer?.status()).toBe(429);
  }).toPass();
  isHere = true;
  await others;
  await person.sees('Too many requests at once');
  const main = person.page.getByRole('main');
  await expect(main).toContainText('Try again in');
  await looksRight(person, 'problem', 'too many requests');
  await person.link('Try again').click();
  await person.sees('Bank connections');
});

/** Connections at so many banks that are in no list. */
async function startsMany(person: Person, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let number = 1; number <= count; number += 1) {
    ids.push(await person.hasBegun(`Bank number ${number}`, ownPortal()));
  }
  return ids;
}
