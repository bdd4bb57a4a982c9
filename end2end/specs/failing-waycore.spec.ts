// Waycore fails, answers nonsense, or says something new: the person hears what happened and what to do, nothing is
// lost, and trying again works.
import type { Locator } from '@playwright/test';
import { looksRight } from '../support/audit';
import { type Person, STANDARD_BANK } from '../support/person';
import { looksNarrow } from '../support/reflow';
import type { Fault } from '../support/simulator';
import { expect, ownPortal, test } from '../support/test';

// Until it recovers: a failure of one request alone may meet the look that serves everybody, and not the person's.
const FAILURES: [what: string, effect: Fault['effect']][] = [
  ['fails', { status: 503 }],
  ['answers nonsense', { status: 200, body: 'this is no connection' }],
  ['does not answer', { delayMs: 30_000 }],
];

function supportCode(person: Person): Locator {
  return person.page.getByText('Support code').locator('..').getByText(/[0-9A-Za-z-]{8,}/).first();
}

for (const [what, effect] of FAILURES) {
  test(`Waycore ${what}: what is known is shown, and said to be old`, async ({ person, simulator }) => {
    const id = await person.startsSetupOfUnlisted('Stormy Bank', ownPortal());
    await person.opensList();
    await simulator.fail({ match: { method: 'GET', connectionId: id }, effect });
    await person.link('Stormy Bank').click();
    await person.sees('Create the delegated user');
    await expect(person.outOfDate()).toBeVisible();
    await simulator.recovers(id);
    await expect(async () => {
      await person.page.reload();
      await expect(person.outOfDate()).toHaveCount(0, { timeout: 1_000 });
    }).toPass();
    await person.sees('Create the delegated user');
  });
}

test('a key that Waycore refuses is our fault, and trying again works', async ({ person, simulator }) => {
  const id = await person.startsSetupOfUnlisted('Stormy Bank', ownPortal());
  await person.opensList();
  await simulator.fail({ match: { method: 'GET', connectionId: id }, effect: { status: 401 } });
  await person.link('Stormy Bank').click();
  // A refusal that takes more than a second is heard the next time.
  await expect(async () => {
    if (await person.outOfDate().isVisible()) await person.reload();
    await expect(person.link('Try again')).toBeVisible({ timeout: 3_000 });
  }).toPass();
  await expect(supportCode(person)).toBeVisible();
  await expect(person.heading('Create the delegated user')).toHaveCount(0);
  await person.ready();
  await simulator.recovers(id);
  await person.link('Try again').click();
  await person.sees('Create the delegated user');
});

test('a failing create loses nothing, and trying again works', async ({ person, simulator }) => {
  const known = await person.startsSetupOfUnlisted('Known Bank', ownPortal());
  const entityId = await simulator.entityOf(known);
  const portal = ownPortal('/Kept?as=typed');
  await person.startsConnecting();
  await person.saysThatBankIsNotListed();
  await person.fillsInUnlistedBank('Second Bank', portal);
  await simulator.fail({ match: { method: 'POST', entityId }, effect: { status: 500 }, times: 1 });
  await person.continues();
  await expect(person.page.getByRole('alert')).toBeVisible();
  await person.sees('Connection details');
  await expect(person.textbox('Bank name')).toHaveValue('Second Bank');
  await expect(person.textbox('Bank portal URL')).toHaveValue(portal);
  await person.continues();
  await person.sees('Create the delegated user');
});

test('a failing completion leaves the setup where it was', async ({ person, simulator }) => {
  const id = await person.startsSetupOfUnlisted('Unfinished Bank', ownPortal());
  await person.saysThatUserExists();
  await person.fillsIn({ username: 'wc-acme' });
  await simulator.fail({
    match: { method: 'PUT', path: `/v1/connections/${id}/setupCompletion`, connectionId: id },
    effect: { status: 503 },
    times: 1,
  });
  await person.confirmsAndFinishes();
  await expect(person.page.getByRole('alert')).toBeVisible();
  await person.sees('Finish setup');
  await expect(person.textbox('Bank username')).toHaveValue('wc-acme');
  await person.confirmsAndFinishes();
  await person.sees('Activating your connection');
});

const UNKNOWN: [what: string, state: { kind: string; status: string }][] = [
  ['status of a ready connection', { kind: 'ready', status: 'hibernating' }],
  ['status of a setup', { kind: 'setup', status: 'hibernating' }],
  ['kind of connection', { kind: 'quantum', status: 'active' }],
];

for (const [what, state] of UNKNOWN) {
  test(`an unknown ${what} is never called connected`, async ({ person, simulator }) => {
    const id = await person.startsSetupOfUnlisted('Odd Bank', ownPortal());
    await simulator.put(id, state);
    await person.opensList();
    await expect(person.listed('Odd Bank')).toContainText('Checking with Waycore');
    await person.link('Odd Bank').click();
    await expect(person.status('Checking with Waycore').first()).toBeVisible();
    await expect(person.status('Connected')).toHaveCount(0);
  });
}

const KNOWN: [status: string, label: string][] = [
  ['reauthRequired', 'Reauthentication required'],
  ['errored', 'Error'],
  ['invalidConfig', 'Needs correction'],
  ['paused', 'Paused'],
  ['revoked', 'Revoked'],
];

for (const [status, label] of KNOWN) {
  test(`a connection that is ${status} says "${label}" and what to do`, async ({ person, simulator }) => {
    const id = await person.startsSetupOfUnlisted('Troubled Bank', ownPortal());
    await simulator.put(id, { kind: 'ready', status, errorCode: 'bank_said_no' });
    await person.opensList();
    await expect(person.listed('Troubled Bank')).toContainText(label);
    await person.link('Troubled Bank').click();
    await person.sees('Troubled Bank');
    await expect(person.status(label).first()).toBeVisible();
    await expect(person.status('Connected')).toHaveCount(0);
  });
}

test('active but still a setup is activating, not connected', async ({ person, simulator }) => {
  const id = await person.startsSetupOfUnlisted('Almost Bank', ownPortal());
  await simulator.put(id, { kind: 'setup', status: 'active' });
  await person.opensList();
  await expect(person.listed('Almost Bank')).toContainText('Activating');
});

const MISSING: [what: string, effect: Fault['effect'], says: string][] = [
  ['does not tell in time', { delayMs: 30_000 }, 'Waycore does not answer at the moment. Reload this page in a minute.'],
  ['does not grant', { status: 403 }, 'Not available in this product.'],
];

test('a page goes without the money that Waycore does not tell', async ({ startAlone }) => {
  // A demo of its own: a request for accounts does not say in its path whose they are.
  const { person, simulator } = await startAlone();
  const id = await person.hasBegun('Reticent Bank', ownPortal());
  await simulator.connect(id);
  for (const [what, effect, says] of MISSING) {
    for (const path of ['/v1/accounts', '/v1/transactions']) {
      await simulator.failForEverybody({ match: { method: 'GET', path }, effect });
    }
    await person.open(`/connections/${id}`);
    await person.sees('Reticent Bank');
    await expect(person.status('Connected')).toBeVisible();
    for (const region of ['Accounts', 'Transactions']) await expect(person.region(region)).toContainText(says);
    await expect(person.button('Sync now')).toBeVisible();
    await expect(person.region('History')).toBeVisible();
    await expect(person.outOfDate(), 'the connection itself was read').toHaveCount(0);
    if (person.hasJavaScript) {
      await looksRight(person, 'detail', `money that Waycore ${what}`);
      await looksNarrow(person, `money that Waycore ${what}`);
    }
    await simulator.recover();
  }
  await person.opensUntil(`/connections/${id}`, async () => {
    const main = person.page.getByRole('main');
    for (const [, , says] of MISSING) await expect(main).not.toContainText(says, { timeout: 1_000 });
  });
});

test('a bank can be searched for while Waycore is down', async ({ startAlone }) => {
  const { person, simulator } = await startAlone();
  // The catalog is mirrored by now: banks to begin with are taken from it.
  await expect(async () => {
    await person.startsConnecting();
    await expect(person.region('The first in the list')).toBeVisible({ timeout: 1_000 });
  }).toPass();
  await simulator.failForEverybody({ match: { path: '/v1/' }, effect: { status: 503 } });
  await person.open('/new');
  await person.chooses(STANDARD_BANK);
  await person.continues();
  await expect(person.page.getByRole('alert')).toBeVisible();
  await person.ready();
  await simulator.recover();
  if (person.hasJavaScript) await expect(person.page.getByRole('combobox', { name: 'Bank' })).toHaveValue(STANDARD_BANK.name);
  else await expect(person.page.getByRole('radio', { name: STANDARD_BANK.name })).toBeChecked();
  await expect(async () => {
    if (await person.heading('Create the delegated user').isVisible()) return;
    await person.continues();
    await expect(person.heading('Create the delegated user')).toBeVisible({ timeout: 3_000 });
  }, 'trying again works').toPass();
});
