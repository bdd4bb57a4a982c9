// Before a connection exists nothing is at Waycore; afterwards there is exactly one.
import { STANDARD_BANK } from '../support/person';
import type { Received } from '../support/simulator';
import { expect, ownPortal, test } from '../support/test';

const creations = (received: Received[]) =>
  received.filter(({ method, path }) => method === 'POST' && path === '/v1/connections');

test('cancelling before the create makes no call to Waycore', async ({ person, org, simulator }) => {
  const portal = ownPortal();
  await person.startsConnecting();
  await person.saysThatBankIsNotListed();
  await person.fillsInUnlistedBank('Regretted Bank', portal);
  await person.link('Cancel').click();
  await person.sees('Bank connections');
  for (const text of [org, portal, 'Regretted Bank']) {
    expect(await simulator.receivedNaming(text), text).toEqual([]);
  }
});

test('choosing a bank of the catalog and cancelling creates nothing', async ({ person, org, simulator }) => {
  await person.startsConnecting();
  await person.chooses(STANDARD_BANK);
  await person.link('Cancel').click();
  await person.sees('Bank connections');
  expect(await simulator.receivedNaming(org)).toEqual([]);
});

test('a double click creates one connection', async ({ person, simulator }) => {
  const portal = ownPortal();
  await person.startsConnecting();
  await person.saysThatBankIsNotListed();
  await person.fillsInUnlistedBank('Impatient Bank', portal);
  await person.button('Continue').dblclick();
  await person.sees('Create the delegated user');
  await person.opensList();
  await expect(person.listed('Impatient Bank')).toHaveCount(1);
  const created = creations(await simulator.receivedNaming(portal)).filter(({ status }) => status === 201);
  expect(created).toHaveLength(1);
});

test('the same bank once more leads to the connection that exists', async ({ person }) => {
  const portal = ownPortal();
  const first = await person.startsSetupOfUnlisted('Repeated Bank', portal);
  const second = await person.startsSetupOfUnlisted('Repeated Bank', portal);
  expect(second).toBe(first);
  await person.opensList();
  await expect(person.listed('Repeated Bank')).toHaveCount(1);
});

test('two people who start at once share one entity', async ({ person, meet, org, simulator }) => {
  const colleague = await meet({ user: 'kim' });
  await Promise.all([
    person.startsSetupOfUnlisted('One Bank', ownPortal()),
    colleague.startsSetupOfUnlisted('Other Bank', ownPortal()),
  ]);
  const created = (await simulator.receivedNaming(org)).filter(
    ({ method, path, status }) => method === 'POST' && path === '/v1/entities' && status === 201,
  );
  expect(created).toHaveLength(1);
  await person.opensList();
  await expect(person.listed(/One Bank|Other Bank/)).toHaveCount(2);
});

test('a viewer looks and changes nothing', async ({ person, meet }) => {
  const id = await person.startsSetupOfUnlisted('Watched Bank', ownPortal());
  const viewer = await meet({ user: 'vera', role: 'viewer' });
  await viewer.opensList();
  await expect(viewer.link('Connect a bank')).toHaveCount(0);
  await viewer.link('Watched Bank').click();
  await viewer.sees('Create the delegated user');
  await expect(viewer.button('I have created the user')).toHaveCount(0);
  const refused = await viewer.context.request.post(viewer.url('/api/confirm_user_created'), {
    form: { connection_id: id },
    headers: { accept: 'application/json' },
  });
  expect(refused.status()).toBe(403);
  expect(await refused.json()).toMatchObject({ code: 'forbidden', supportCode: expect.any(String) });
});
