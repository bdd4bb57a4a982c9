// Whose move it is, on the list and beside every step of a setup; and how fresh each row of the list is.
import type { Locator } from '@playwright/test';
import { INSTANT_BANK, type Person } from '../support/person';
import type { StateChange } from '../support/simulator';
import { expect, ownPortal, test } from '../support/test';

const DRAFT: StateChange = { kind: 'setup', status: 'draft', actionRequiredBy: 'endUser' };
const CREATE: StateChange = { ...DRAFT, nextAction: 'createDelegatedUser' };
const PREPARING: StateChange = {
  ...CREATE,
  instructions: { phoneNumber: null, phoneNumberProvisioningStatus: 'pending' },
};

type Move = 'Your move' | "Your bank's move" | "Waycore's move" | 'Our move';

/** By the name of its bank. */
const ROWS: [bank: string, put: StateChange, move: Move | null][] = [
  ['Bank with a user to create', CREATE, "Your bank's move"],
  ['Bank being prepared', PREPARING, "Waycore's move"],
  ['Bank to hand over', { ...DRAFT, nextAction: 'provideCredentials' }, 'Your move'],
  ['Bank being activated', { kind: 'setup', status: 'pendingActivation' }, "Waycore's move"],
  ['Bank that waits for the product', { ...CREATE, actionRequiredBy: 'integrator' }, 'Our move'],
  ['Bank to sign in to', { kind: 'ready', status: 'reauthRequired' }, 'Your move'],
  ['Bank to correct', { kind: 'ready', status: 'invalidConfig' }, 'Your move'],
  ['Bank with an error', { kind: 'ready', status: 'errored' }, "Waycore's move"],
  ['Bank that is connected', { kind: 'ready', status: 'active' }, null],
  ['Bank that is paused', { kind: 'ready', status: 'paused' }, null],
  ['Bank that is revoked', { kind: 'ready', status: 'revoked' }, null],
];

test('each row of the list says whose move it is, and how fresh it is', async ({ person, meet, simulator }) => {
  const { connection } = await person.posts('start_connection', { institution_id: INSTANT_BANK.id });
  const { id } = connection as { id: string };
  await person.posts('submit_finish', { connection_id: id, delegated_user_active: 'true', accept_terms: 'true' });
  for (const [bank, put] of ROWS) await simulator.put(await person.hasBegun(bank, ownPortal()), put);
  await person.opensList();
  for (const [bank, , move] of ROWS) {
    const said = person.listed(bank).getByText(/\bmove$/);
    if (move) await expect(said, bank).toHaveText(move);
    else await expect(said, bank).toHaveCount(0);
    await expect(person.listed(bank), bank).toContainText('No data yet');
  }

  // What is a manager's move is not said to be the move of whoever may only look.
  const viewer = await meet({ user: 'vera', role: 'viewer' });
  await viewer.opensList();
  for (const [bank, , move] of ROWS) {
    const said = viewer.listed(bank).getByText(/\bmove$/);
    if (move) await expect(said, bank).toHaveText(move === 'Your move' ? "A manager's move" : move);
    else await expect(said, bank).toHaveCount(0);
  }

  // Its activation goes its own way, and ends with the first update.
  const connected = person.listed(INSTANT_BANK.name);
  await expect(async () => {
    await person.reload();
    await expect(connected).toContainText('Last updated', { timeout: 1_000 });
  }).toPass();
  await expect(connected.getByText('Last updated')).toHaveText(/^Last updated (just now|\d minutes? ago) \(.*\d{4}.*\)$/);
  await expect(connected).not.toContainText('No data yet');
});

/** A step of the wizard, and what the panel beside it says. */
interface Beside {
  put: StateChange;
  heading: string;
  move: 'You' | 'Your bank' | 'Waycore' | 'Us, in this product';
  now: string;
}

const USER = 'Create the delegated user';
const FINISH = 'Finish setup';
const ACTIVATION = 'Activating your connection';
const STEPS: Beside[] = [
  { put: PREPARING, heading: USER, move: 'Waycore', now: 'Waycore prepares the details of the new user.' },
  {
    put: { ...CREATE, instructions: { phoneNumber: '+44 20 7946 0123', phoneNumberProvisioningStatus: 'provisioned' } },
    heading: USER,
    move: 'Your bank',
    now: "The user is created in your bank's portal.",
  },
  {
    put: { ...CREATE, actionRequiredBy: 'waycore', nextAction: 'somethingNew' },
    heading: USER,
    move: 'Waycore',
    now: 'Waycore works on this setup.',
  },
  {
    put: { ...CREATE, actionRequiredBy: 'integrator' },
    heading: USER,
    move: 'Us, in this product',
    now: 'We have something to do first. Nothing is lost meanwhile. If it lasts longer than a day, contact support.',
  },
  {
    put: { ...DRAFT, nextAction: 'provideCredentials' },
    heading: FINISH,
    move: 'You',
    now: 'You hand over what your bank issued, if anything, and confirm that the user is active.',
  },
  {
    put: { ...DRAFT, nextAction: 'activateConnection' },
    heading: FINISH,
    move: 'You',
    now: 'You confirm that the user is active.',
  },
  {
    put: { kind: 'setup', status: 'pendingActivation' },
    heading: ACTIVATION,
    move: 'Waycore',
    now: 'Waycore activates the connection.',
  },
];

test('beside each step stands whose move it is, and what is being done', async ({ person, meet, simulator }) => {
  await person.startsConnecting();
  await saysWhoseMove(person, 'You', 'You choose your bank.');
  const id = await person.hasBegun('Bank of the Relay', ownPortal());
  for (const { put, heading, move, now } of STEPS) {
    await simulator.put(id, put);
    await person.open(`/connections/${id}/setup`);
    await person.sees(heading);
    await saysWhoseMove(person, move, now);
  }

  // What is a manager's move is not said to be the move of whoever may only look.
  await simulator.put(id, { ...DRAFT, nextAction: 'provideCredentials' });
  const viewer = await meet({ user: 'vera', role: 'viewer' });
  await viewer.open(`/connections/${id}/setup`);
  await viewer.sees(FINISH);
  await saysWhoseMove(viewer, 'A manager', 'A manager in your company goes on with it.');
});

/** What Waycore does not know, or does not say yet, by how far somebody went here. */
const BEHIND: [goes: 'saysThatUserExists' | 'finishesSetup', put: StateChange, inList: Move, heading: string, move: Beside['move']][] = [
  ['saysThatUserExists', CREATE, 'Your move', FINISH, 'You'],
  ['finishesSetup', { ...DRAFT, nextAction: 'activateConnection' }, "Waycore's move", ACTIVATION, 'Waycore'],
];

for (const [goes, put, inList, heading, move] of BEHIND) {
  test(`the list and the page say the same after somebody ${goes}`, async ({ person, simulator }) => {
    const bank = 'Bank that is ahead of Waycore';
    const id = await person.startsSetupOfUnlisted(bank, ownPortal());
    await person[goes]();
    await simulator.put(id, put);
    await person.opensList();
    await expect(person.listed(bank).getByText(/\bmove$/)).toHaveText(inList);
    await person.link(bank).click();
    await person.sees(heading);
    await expect(panel(person).getByRole('list').first()).toHaveText(new RegExp(`${move}\\s*now`));
  });
}

function panel(person: Person): Locator {
  return person.page.getByRole('complementary', { name: 'What happens next' });
}

/** Exactly one of those who take turns is marked, and the sentence below says what they do. */
async function saysWhoseMove(person: Person, move: string, now: string): Promise<void> {
  const relay = panel(person).getByRole('list').first().getByRole('listitem');
  const names = [move === 'A manager' ? 'A manager' : 'You', 'Your bank', 'Waycore'];
  if (move.startsWith('Us')) names.splice(2, 0, move);
  await expect(relay).toHaveText(names.map((name) => (name === move ? new RegExp(`^${name}\\s*now$`) : name)));
  await expect(panel(person).getByRole('paragraph')).toHaveText(now);
}
