// Waycore fails, answers nonsense, or says something new: the person hears what happened and what to do, nothing is
// lost, and trying again works.
import type { Locator } from '@playwright/test';
import { type Person, STANDARD_BANK } from '../support/person';
import type { Fault } from '../support/simulator';
import { expect, ownPortal, test } from '../support/test';

// With how often one visit asks: what may pass is tried again before the person hears of it.
const FAILURES: [what: string, effect: Fault['effect'], times: number][] = [
  ['fails', { status: 503 }, 3],
  ['answers nonsense', { status: 200, body: 'this is no connection' }, 1],
  ['does not answer', { delayMs: 30_000 }, 1],
];

function supportCode(person: Person): Locator {
  return person.page.getByText('Support code').locator('..').getByText(/[0-9A-Za-z-]{8,}/).first();
}

for (const [what, effect, times] of FAILURES) {
  test(`Waycore ${what}: what is known is shown, and said to be old`, async ({ person, simulator }) => {
    const id = await person.startsSetupOfUnlisted('Stormy Bank', ownPortal());
    await person.opensList();
    await simulator.fail({ match: { method: 'GET', connectionId: id }, effect, times });
    await person.link('Stormy Bank').click();
    await person.sees('Create the delegated user');
    await expect(person.outOfDate()).toBeVisible();
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
  await simulator.fail({ match: { method: 'GET', connectionId: id }, effect: { status: 401 }, times: 1 });
  await person.link('Stormy Bank').click();
  await expect(person.link('Try again')).toBeVisible();
  await expect(supportCode(person)).toBeVisible();
  await expect(person.heading('Create the delegated user')).toHaveCount(0);
  await person.ready();
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
    await person.continues();
    await expect(person.heading('Create the delegated user')).toBeVisible({ timeout: 3_000 });
  }, 'trying again works').toPass();
});
