// Every state of a connection that the contract or Waycore's status display rules know, and what they leave open: begun
// by a person, put there through the simulator, and looked at in the list and on its own page.
import type { Locator } from '@playwright/test';
import { looksRight } from '../support/audit';
import type { Person } from '../support/person';
import type { Screen } from '../support/pictures';
import type { Simulator, StateChange } from '../support/simulator';
import { expect, ownPortal, test } from '../support/test';

const LABELS = [
  'Setup in progress',
  'Activating',
  'Connected',
  'Reauthentication required',
  'Error',
  'Needs correction',
  'Paused',
  'Revoked',
  'Checking with Waycore',
] as const;
type Label = (typeof LABELS)[number];

/** What a person can do about a state. A page offers its own of these, and none of the others. */
const ACTIONS = {
  userCreated: { role: 'button', name: 'I have created the user' },
  finishSetup: { role: 'button', name: 'Finish setup' },
  syncNow: { role: 'button', name: 'Sync now' },
  handOver: { role: 'button', name: 'Hand over' },
  startAgain: { role: 'link', name: 'Start again with a corrected URL' },
  connectAgain: { role: 'link', name: 'Connect a bank' },
} as const;
type Action = keyof typeof ACTIONS;

interface State {
  name: string;
  /** How far the person goes by hand; without it, until the connection exists. */
  after?: 'user confirmed' | 'setup finished';
  /** What Waycore says from then on. */
  put: StateChange;
  /** What happens besides. */
  happens?: 'Waycore falls silent' | 'removed by the customer';
  /** Who looks; without it, the manager who began. */
  seenBy?: 'viewer';
  /** In the list; `null` where it is no longer there. */
  label: Label | null;
  screen: Screen;
  /** Without it, the name of the bank. */
  heading?: string;
  /** In the wizard, which shows how far it is instead of a label. */
  step?: 'Delegated user' | 'Finish setup' | 'Activation';
  /** Words of the page that only this state has. */
  says?: string;
  /** `null` where it is somebody else's move. */
  action: Action | null;
}

const DRAFT: StateChange = { kind: 'setup', status: 'draft', actionRequiredBy: 'endUser' };
const READY: StateChange = { kind: 'ready', status: 'active', syncStatus: 'idle' };
const CREATE: StateChange = { ...DRAFT, nextAction: 'createDelegatedUser' };
const PROVIDE: StateChange = { ...DRAFT, nextAction: 'provideCredentials' };
const ACTIVATE: StateChange = { ...DRAFT, nextAction: 'activateConnection' };

const USER = { screen: 'delegated user', heading: 'Create the delegated user', step: 'Delegated user' } as const;
const FINISH = { screen: 'finish setup', heading: 'Finish setup', step: 'Finish setup' } as const;
const ACTIVATION = { screen: 'activation', heading: 'Activating your connection', step: 'Activation' } as const;

const STATES: State[] = [
  // Drafts: what is asked for next decides.
  { name: 'user to be created', put: CREATE, label: 'Setup in progress', ...USER, action: 'userCreated' },
  {
    name: 'email and phone number being prepared',
    put: {
      ...CREATE,
      instructions: {
        email: null,
        phoneNumber: null,
        emailProvisioningStatus: 'pending',
        phoneNumberProvisioningStatus: 'pending',
      },
    },
    label: 'Setup in progress',
    ...USER,
    says: 'Being prepared',
    action: 'userCreated',
  },
  {
    name: 'user confirmed here, not at Waycore',
    after: 'user confirmed',
    put: CREATE,
    label: 'Setup in progress',
    ...FINISH,
    action: 'finishSetup',
  },
  { name: 'credentials to be provided', put: PROVIDE, label: 'Setup in progress', ...FINISH, action: 'finishSetup' },
  { name: 'activation to be asked for', put: ACTIVATE, label: 'Setup in progress', ...FINISH, action: 'finishSetup' },
  {
    name: 'draft with an unknown next action',
    put: { ...DRAFT, nextAction: 'sendACarrierPigeon' },
    label: 'Setup in progress',
    ...USER,
    action: 'userCreated',
  },
  {
    name: 'draft that waits for Waycore',
    put: { ...CREATE, actionRequiredBy: 'waycore' },
    label: 'Setup in progress',
    ...USER,
    action: 'userCreated',
  },
  {
    name: 'draft that waits for the integrator',
    put: { ...CREATE, actionRequiredBy: 'integrator' },
    label: 'Setup in progress',
    ...USER,
    says: 'We have something to do first.',
    action: 'userCreated',
  },
  {
    name: 'handed over, still a draft',
    after: 'setup finished',
    put: { ...ACTIVATE, actionRequiredBy: 'waycore' },
    label: 'Setup in progress',
    ...ACTIVATION,
    action: null,
  },
  {
    name: 'asked for credentials again after handing over',
    after: 'setup finished',
    put: PROVIDE,
    label: 'Setup in progress',
    ...FINISH,
    action: 'finishSetup',
  },

  // Activation.
  {
    name: 'activating',
    after: 'setup finished',
    put: { kind: 'setup', status: 'pendingActivation' },
    label: 'Activating',
    ...ACTIVATION,
    action: null,
  },
  {
    name: 'activating, already ready',
    put: { kind: 'ready', status: 'pendingActivation' },
    label: 'Activating',
    ...ACTIVATION,
    action: null,
  },
  {
    name: 'active, still a setup',
    put: { kind: 'setup', status: 'active' },
    label: 'Activating',
    ...ACTIVATION,
    action: null,
  },

  // Connected: only what is ready and active.
  { name: 'connected', put: READY, label: 'Connected', screen: 'detail', says: 'Not currently syncing', action: 'syncNow' },
  {
    name: 'connected and syncing',
    put: { ...READY, syncStatus: 'syncing' },
    label: 'Connected',
    screen: 'detail',
    says: 'Syncing now',
    action: 'syncNow',
  },
  {
    name: 'connected with an unknown sync status',
    put: { ...READY, syncStatus: 'dreaming' },
    label: 'Connected',
    screen: 'detail',
    says: 'Checking with Waycore',
    action: 'syncNow',
  },

  // What does not work, after it did and during the setup.
  ...bothKinds('reauthRequired', 'Reauthentication required', 'handOver'),
  ...bothKinds('errored', 'Error', null),
  ...bothKinds('invalidConfig', 'Needs correction', 'startAgain'),
  ...bothKinds('paused', 'Paused', null),
  ...bothKinds('revoked', 'Revoked', 'connectAgain'),

  // What nobody has documented is never called connected.
  {
    name: 'ready, still a draft',
    put: { kind: 'ready', status: 'draft' },
    label: 'Checking with Waycore',
    screen: 'detail',
    action: null,
  },
  {
    name: 'unknown status, ready',
    put: { kind: 'ready', status: 'hibernating' },
    label: 'Checking with Waycore',
    screen: 'detail',
    action: null,
  },
  {
    name: 'unknown status, in setup',
    put: { kind: 'setup', status: 'hibernating' },
    label: 'Checking with Waycore',
    ...ACTIVATION,
    action: null,
  },
  {
    name: 'unknown kind',
    put: { kind: 'quantum', status: 'active' },
    label: 'Checking with Waycore',
    screen: 'detail',
    action: null,
  },

  // Gone, or not to be asked.
  {
    name: 'removed',
    put: READY,
    happens: 'removed by the customer',
    label: null,
    screen: 'problem',
    heading: 'Not found',
    action: null,
  },
  {
    name: 'connected, Waycore silent',
    put: READY,
    happens: 'Waycore falls silent',
    label: 'Connected',
    screen: 'detail',
    says: 'This may be out of date',
    action: 'syncNow',
  },
  {
    name: 'user to be created, Waycore silent',
    put: CREATE,
    happens: 'Waycore falls silent',
    label: 'Setup in progress',
    ...USER,
    says: 'This may be out of date',
    action: 'userCreated',
  },
  {
    name: 'activating, Waycore silent',
    after: 'setup finished',
    put: { kind: 'setup', status: 'pendingActivation' },
    happens: 'Waycore falls silent',
    label: 'Activating',
    ...ACTIVATION,
    says: 'This may be out of date',
    action: null,
  },

  // Somebody who may only look sees the same, and can do nothing.
  { name: 'user to be created, for a viewer', put: CREATE, seenBy: 'viewer', label: 'Setup in progress', ...USER, action: null },
  {
    name: 'credentials to be provided, for a viewer',
    put: PROVIDE,
    seenBy: 'viewer',
    label: 'Setup in progress',
    ...FINISH,
    action: null,
  },
  { name: 'connected, for a viewer', put: READY, seenBy: 'viewer', label: 'Connected', screen: 'detail', action: null },
  {
    name: 'reauthentication required, for a viewer',
    put: { kind: 'ready', status: 'reauthRequired' },
    seenBy: 'viewer',
    label: 'Reauthentication required',
    screen: 'detail',
    action: null,
  },
  {
    name: 'needs correction, for a viewer',
    put: { kind: 'ready', status: 'invalidConfig' },
    seenBy: 'viewer',
    label: 'Needs correction',
    screen: 'detail',
    action: null,
  },
  {
    name: 'revoked, for a viewer',
    put: { kind: 'ready', status: 'revoked' },
    seenBy: 'viewer',
    label: 'Revoked',
    screen: 'detail',
    action: null,
  },
];

/** A connection in setup has no error code, and needs its page all the same. */
function bothKinds(status: string, label: Label, action: Action | null): State[] {
  return [
    { name: label, put: { kind: 'ready', status, errorCode: 'bank_said_no' }, label, screen: 'detail', action },
    { name: `${label}, in setup`, put: { kind: 'setup', status }, label, screen: 'detail', action },
  ];
}

const BANK = 'Bank of States';

test('no state is in the table twice', () => {
  const names = STATES.map(({ name }) => name);
  expect(names).toEqual([...new Set(names)]);
  const labels = new Set(STATES.map(({ label }) => label).filter((label) => label !== null));
  expect([...labels].sort(), 'every label is reached').toEqual([...LABELS].sort());
});

for (const state of STATES) {
  test(`a connection: ${state.name}`, { tag: '@javascript' }, async ({ person, meet, simulator }) => {
    const id = await reaches(state, person, simulator);
    const looker = state.seenBy === 'viewer' ? await meet({ user: 'vera', role: 'viewer' }) : person;

    await looker.opensList();
    const row = looker.listed(BANK);
    if (state.label) await expect(row.getByText(state.label, { exact: true })).toBeVisible();
    await expect(row).toHaveCount(state.label ? 1 : 0);
    for (const label of LABELS.filter((other) => other !== state.label)) {
      await expect(row.getByText(label, { exact: true }), `no ${label}`).toHaveCount(0);
    }
    if (looksNewInList(state)) await looksRight(looker, 'list', state.name);

    if (state.label) await looker.link(BANK).click();
    else await looker.open(`/connections/${id}`);
    await looker.sees(state.heading ?? BANK);
    if (state.step) await expect(looker.currentStep()).toContainText(state.step);
    else if (state.label) await expect(looker.status(state.label).first()).toBeVisible();
    if (state.label !== 'Connected') await expect(looker.status('Connected')).toHaveCount(0);
    if (state.says) await expect(looker.page.getByRole('main')).toContainText(state.says);
    for (const action of Object.keys(ACTIONS) as Action[]) {
      await expect(offered(looker, action), action).toHaveCount(action === state.action ? 1 : 0);
    }
    // Nobody is left without a way on: at least the list is one click away.
    await expect(looker.link('Finish later').or(looker.link('All bank connections')).first()).toBeVisible();
    await looksRight(looker, state.screen, state.name);
  });
}

/** Nobody would look at the same list twenty times: it differs by its label, by where it leads, and by who looks. */
function looksNewInList(state: State): boolean {
  const look = ({ label, screen, seenBy, happens }: State) => [label, screen, seenBy, happens].join('|');
  return STATES.find((other) => look(other) === look(state)) === state;
}

/** Brings a new connection into the state. */
async function reaches(state: State, person: Person, simulator: Simulator): Promise<string> {
  const id = await person.startsSetupOfUnlisted(BANK, ownPortal());
  if (state.after === 'user confirmed') await person.saysThatUserExists();
  if (state.after === 'setup finished') await person.finishesSetup();
  await simulator.put(id, state.put);
  if (state.happens === 'removed by the customer') {
    await person.open(`/connections/${id}/remove`);
    await person.page.getByRole('main').getByRole('textbox').fill(BANK);
    await person.button('Remove permanently').click();
    await person.sees('Bank connections');
  }
  if (state.happens === 'Waycore falls silent') {
    // What was seen last is what is kept.
    await person.opensList();
    await expect(person.listed(BANK)).toContainText(state.label ?? '');
    await person.link(BANK).click();
    await person.sees(state.heading ?? BANK);
    const entityId = await simulator.entityOf(id);
    await simulator.fail({ match: { method: 'GET', entityId }, effect: { status: 503 } });
    await simulator.fail({ match: { method: 'GET', connectionId: id }, effect: { status: 503 } });
  }
  return id;
}

function offered(person: Person, action: Action): Locator {
  const { role, name } = ACTIONS[action];
  return person.page.getByRole('main').getByRole(role, { name, exact: true });
}
