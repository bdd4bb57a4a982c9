// What a screen shows for a moment only: while something is refused, looked for, opened, prepared or waited for. Looked
// at as an auditor would, and photographed. Whole screens are in screens.spec.ts, states of a connection in
// states.spec.ts; two more moments are where somebody waits, in waiting.spec.ts and cooldown.spec.ts.
//
// States that differ from another one only in wording are audited in the soak only; what their pages say is in
// server/tests/it.
import { looksRight } from '../support/audit';
import { INSTANT_BANK, PORTALS_BANK, PROVISIONING_BANK, STANDARD_BANK, type Person } from '../support/person';
import { looksNarrow } from '../support/reflow';
import { expect, ownPortal, test } from '../support/test';

const SOAK = process.env.CONNECT_SOAK !== undefined;

/** As many connections as two pages of the list take. */
const MORE_THAN_A_PAGE = 52;

/** Looks at a moment in the long run. */
const looksRightInSoak: typeof looksRight = async (...moment) => {
  if (SOAK) await looksRight(...moment);
};

test.describe('moments', { tag: '@javascript' }, () => {
  test('a list that is filtered', async ({ person, simulator }) => {
    const ids = await startsMany(person, 3);
    for (const id of ids.slice(0, 2)) await simulator.put(id, { kind: 'ready', status: 'paused' });
    await person.open('/?status=draft');
    await expect(person.listed(/^Bank number/)).toHaveCount(1);
    const filters = person.page.getByRole('navigation', { name: 'Show' });
    await filters.getByRole('link', { name: 'Paused' }).click();
    await expect(person.listed(/^Bank number/)).toHaveCount(2);
    await expect(filters.getByRole('link', { name: 'Paused' })).toHaveAttribute('aria-current', 'page');
    await person.ready();
    await looksRight(person, 'list', 'filtered');
    await filters.getByRole('link', { name: 'Revoked' }).click();
    await expect(person.page.getByRole('main')).toContainText('No connection has this status.');
    await person.ready();
    await looksRightInSoak(person, 'list', 'filtered, and nothing fits');
  });

  test('help with an address', async ({ person }) => {
    const notes = person.page.getByRole('main').getByRole('status');
    const odd = [
      ['warned of an address', 'https://portal.standard-tesst-bank.example/login', /looks like the one of another bank/],
      ['offered a bank in the list', 'https://portal.standard-test-bank.example/login', /Choose it/],
    ] as const;
    await person.open('/new?unlisted=true');
    for (const [state, portal, says] of SOAK ? odd : odd.slice(0, 1)) {
      await person.fillsInUnlistedBank('Our House Bank', portal);
      await person.textbox('Bank portal URL').press('Tab');
      await expect(notes.filter({ hasText: says })).toBeVisible();
      await looksRight(person, 'connection details', state);
    }
  });

  test('a question about an odd address', async ({ person, context }) => {
    // Whether or not help came while it was typed, the server asks.
    await context.route(/\/api\/coach_portal/, (route) => route.abort());
    await person.open('/new?unlisted=true');
    await person.fillsInUnlistedBank('Our House Bank', 'https://portal.standard-tesst-bank.example/login');
    await person.continues();
    const says = /looks like the one of another bank/;
    await expect(person.textbox('Bank portal URL')).toHaveAccessibleDescription(says);
    await expect(person.checkbox("I have checked the address: it is my bank's")).toBeVisible();
    await looksRight(person, 'connection details', 'asked about an odd address');
    await looksNarrow(person, 'a question about an odd address');
  });

  test('an address that is corrected', async ({ person, simulator }) => {
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
    await looksRightInSoak(person, 'connection details', 'another portal instead of a wrong one');
    await looksNarrow(person, 'another portal instead of a wrong one');
  });

  test('a bank that came by its link, or is there already', async ({ person, simulator }) => {
    await person.open(`/new?institution=${STANDARD_BANK.id}`);
    await expect(person.page.getByRole('radio', { name: STANDARD_BANK.name })).toBeChecked();
    await looksRight(person, 'connection details', 'bank chosen by its link');
    const id = await person.hasBegunAt(STANDARD_BANK);
    await simulator.connect(id);
    const status = async () => {
      const { connection } = await person.posts('get_connection', { connection_id: id });
      return (connection as { status: string }).status;
    };
    await expect.poll(status).toBe('active');

    await person.open('/new');
    await person.page.getByRole('combobox', { name: 'Bank', exact: true }).fill('standard test');
    const option = person.page.getByRole('option', { name: STANDARD_BANK.name });
    await expect(option).toContainText('already connected');
    await looksRightInSoak(person, 'connection details', 'bank in the results that is connected already');
    await person.chooses(STANDARD_BANK);
    await expect(person.link('Open it')).toBeVisible();
    await looksRight(person, 'connection details', 'chosen bank that is connected already');
  });

  test('a form after signing in again', async ({ person }) => {
    const id = await person.hasBegun('Bank of the Long Hour', ownPortal());
    await person.open(`/connections/${id}/setup?step=finish`);
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
    await looksRightInSoak(person, 'finish setup', 'after signing in again');
  });

  test('money that is looked through', async ({ person, simulator }) => {
    const id = await person.hasConnected(INSTANT_BANK);
    for (const name of ['Balance', 'Money in and out by month']) {
      const figure = person.page.getByRole('figure', { name, exact: true });
      await figure.getByText('Show the numbers').click();
      await expect(figure.getByRole('table')).toBeVisible();
    }
    await looksRight(person, 'detail', 'open charts');
    if (!SOAK) return;

    const filters = person.page.getByRole('search', { name: 'Filter transactions' });
    await filters.getByLabel('From').fill('2026-02-01');
    await filters.getByLabel('To').fill('2026-01-01');
    await filters.getByRole('button', { name: 'Show' }).click();
    await expect(person.region('Transactions').getByRole('alert')).toBeVisible();
    await person.ready();
    await looksRight(person, 'detail', 'filters refused');
    await person.open(`/connections/${id}?text=electricity`);
    await expect(person.transactions().first()).toContainText('ELECTRICITY');
    await looksRight(person, 'detail', 'filtered transactions');
    await person.open(`/connections/${id}?text=no+transaction+says+so`);
    await expect(person.region('Transactions')).toContainText('No transaction fits these filters.');
    await looksRight(person, 'detail', 'filters without a result');
    await person.open(`/connections/${id}?from=2024-01-01`);
    await person.link('Show older transactions').click();
    await person.page.waitForURL(/cursor=/);
    await person.sees(INSTANT_BANK.name);
    await looksRight(person, 'detail', 'older transactions');
    const match = { method: 'PUT', path: `/v1/connections/${id}/sync`, connectionId: id };
    await simulator.fail({ match, effect: { status: 409 }, times: 1 });
    await person.open(`/connections/${id}`);
    await person.button('Sync now').click();
    await expect(person.page.getByRole('alert')).toContainText('This was not done');
    await person.ready();
    await looksRight(person, 'detail', 'conflict');
  });

  test('a company that Waycore does not know any more', async ({ person, simulator }) => {
    const id = await person.hasBegun('Orphaned Bank', ownPortal());
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

  if (SOAK) {
    // Same layout as the filtered list, so only the soak audits it.
    test('a list that goes on', async ({ person }) => {
      await startsMany(person, MORE_THAN_A_PAGE);
      await person.opensList();
      await expect(person.listed(/^Bank number/)).toHaveCount(50);
      await looksRight(person, 'list', 'first page');
      await person.link('Show older connections').click();
      await expect(person.listed(/^Bank number/)).toHaveCount(MORE_THAN_A_PAGE - 50);
      await person.ready();
      await looksRight(person, 'list', 'last page');
    });

    // Same layout as the page that its link opens, so only the soak audits it.
    test('a draft that is resumed', async ({ person }) => {
      await person.open('/new');
      await person.chooses(STANDARD_BANK);
      await person.link('Keep draft').click();
      await person.listed(STANDARD_BANK.name).getByRole('link', { name: 'Resume' }).click();
      await expect(person.page.getByRole('combobox', { name: 'Bank', exact: true })).toHaveValue(STANDARD_BANK.name);
      await person.sees('Connection details');
      await looksRight(person, 'connection details', 'resumed draft');
    });

    // Same box below the same field as the question about an odd address, so only the soak audits it.
    test('another portal of a bank that is connected', async ({ person }) => {
      await person.hasBegunAt(PORTALS_BANK);
      await person.open('/new');
      await person.chooses(PORTALS_BANK);
      await person.page.getByRole('radio', { name: /^https:/ }).nth(1).check();
      await person.continues();
      await expect(person.checkbox('Connect this portal too')).toBeVisible();
      await person.ready();
      await looksRight(person, 'connection details', 'another portal');
    });

    // Same layout as the sheet with all values in screens.spec.ts, so only the soak audits it.
    test('a sheet on which values are missing', async ({ person }) => {
      const id = await person.hasBegunAt(PROVISIONING_BANK);
      await person.open(`/connections/${id}/sheet`);
      await person.sees('Create a user at the bank');
      await expect(person.page.getByText('Not there yet.')).toHaveCount(2);
      await looksRight(person, 'sheet', 'values being prepared');
    });

    // The problems of screens.spec.ts stand for it. What it says is in server/tests/it/protection.rs.
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
  }
});

/** Connections at so many banks that are in no list. */
async function startsMany(person: Person, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let number = 1; number <= count; number += 1) {
    ids.push(await person.hasBegun(`Bank number ${number}`, ownPortal()));
  }
  return ids;
}
