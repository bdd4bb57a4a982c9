// How the states of a connection look: brought about through the simulator, audited, and photographed. What each state says
// and offers, to a manager and to a viewer, is in server/tests/it/states.rs.
import { looksRight } from '../support/audit';
import type { Person } from '../support/person';
import type { Screen } from '../support/pictures';
import type { Simulator, StateChange } from '../support/simulator';
import { expect, ownPortal, test } from '../support/test';

interface State {
  name: string;
  /** What the person has done; without it, begun. */
  after?: 'user confirmed' | 'setup finished';
  /** What Waycore says from then on. */
  put: StateChange;
  /** What happens besides. */
  happens?: 'Waycore falls silent';
  /** Who looks; without it, the manager who began. */
  seenBy?: 'viewer';
  screen: Screen;
  /** Without it, the name of the bank. */
  heading?: string;
}

const DRAFT: StateChange = { kind: 'setup', status: 'draft', actionRequiredBy: 'endUser' };
const READY: StateChange = { kind: 'ready', status: 'active', syncStatus: 'idle' };
const CREATE: StateChange = { ...DRAFT, nextAction: 'createDelegatedUser' };
const PROVIDE: StateChange = { ...DRAFT, nextAction: 'provideCredentials' };
const ACTIVATE: StateChange = { ...DRAFT, nextAction: 'activateConnection' };

const USER = { screen: 'delegated user', heading: 'Create the delegated user' } as const;
const FINISH = { screen: 'finish setup', heading: 'Finish setup' } as const;
const ACTIVATION = { screen: 'activation', heading: 'Activating your connection' } as const;
const DETAIL = { screen: 'detail' } as const;

/**
 * One for each look of a page: another notice, another form, another row of who acts. The states beside them differ from one
 * of these by words. screens.spec.ts has a setup that was just begun, a form that was refused, and a bank with transactions.
 */
const LOOKS: State[] = [
  { name: 'draft that waits for the integrator', put: { ...CREATE, actionRequiredBy: 'integrator' }, ...USER },
  { name: 'credentials to be provided, for a viewer', put: PROVIDE, seenBy: 'viewer', ...FINISH },
  {
    name: 'activating',
    after: 'setup finished',
    put: { kind: 'setup', status: 'pendingActivation' },
    ...ACTIVATION,
  },
  { name: 'connected, Waycore silent', put: READY, happens: 'Waycore falls silent', ...DETAIL },
  broken('Reauthentication required', 'reauthRequired'),
  broken('Error', 'errored'),
  broken('Needs correction', 'invalidConfig'),
  broken('Revoked', 'revoked'),
];

/** What a soak looks at besides. */
const OTHERS: State[] = [
  // Drafts.
  { name: 'user to be created', put: CREATE, ...USER },
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
    ...USER,
  },
  { name: 'user confirmed here, not at Waycore', after: 'user confirmed', put: CREATE, ...FINISH },
  { name: 'credentials to be provided', put: PROVIDE, ...FINISH },
  { name: 'activation to be asked for', put: ACTIVATE, ...FINISH },
  { name: 'draft with an unknown next action', put: { ...DRAFT, nextAction: 'sendACarrierPigeon' }, ...USER },
  { name: 'draft that waits for Waycore', put: { ...CREATE, actionRequiredBy: 'waycore' }, ...USER },
  {
    name: 'handed over, still a draft',
    after: 'setup finished',
    put: { ...ACTIVATE, actionRequiredBy: 'waycore' },
    ...ACTIVATION,
  },
  { name: 'asked for credentials again after handing over', after: 'setup finished', put: PROVIDE, ...FINISH },

  // Activation.
  { name: 'activating, already ready', put: { kind: 'ready', status: 'pendingActivation' }, ...ACTIVATION },
  { name: 'active, still a setup', put: { kind: 'setup', status: 'active' }, ...ACTIVATION },

  // Connected.
  { name: 'connected', put: READY, ...DETAIL },
  { name: 'connected and syncing', put: { ...READY, syncStatus: 'syncing' }, ...DETAIL },
  { name: 'connected with an unknown sync status', put: { ...READY, syncStatus: 'dreaming' }, ...DETAIL },

  // What does not work, during the setup, and what was stopped.
  brokenInSetup('Reauthentication required', 'reauthRequired'),
  brokenInSetup('Error', 'errored'),
  brokenInSetup('Needs correction', 'invalidConfig'),
  broken('Paused', 'paused'),
  brokenInSetup('Paused', 'paused'),
  brokenInSetup('Revoked', 'revoked'),

  // What nobody has documented.
  { name: 'ready, still a draft', put: { kind: 'ready', status: 'draft' }, ...DETAIL },
  { name: 'unknown status, ready', put: { kind: 'ready', status: 'hibernating' }, ...DETAIL },
  { name: 'unknown status, in setup', put: { kind: 'setup', status: 'hibernating' }, ...ACTIVATION },
  { name: 'unknown kind', put: { kind: 'quantum', status: 'active' }, ...DETAIL },

  // Waycore does not answer.
  { name: 'user to be created, Waycore silent', put: CREATE, happens: 'Waycore falls silent', ...USER },
  {
    name: 'activating, Waycore silent',
    after: 'setup finished',
    put: { kind: 'setup', status: 'pendingActivation' },
    happens: 'Waycore falls silent',
    ...ACTIVATION,
  },

  // Somebody who may only look.
  { name: 'user to be created, for a viewer', put: CREATE, seenBy: 'viewer', ...USER },
  { name: 'connected, for a viewer', put: READY, seenBy: 'viewer', ...DETAIL },
  { ...broken('Reauthentication required', 'reauthRequired', ', for a viewer'), seenBy: 'viewer' },
  { ...broken('Needs correction', 'invalidConfig', ', for a viewer'), seenBy: 'viewer' },
  { ...broken('Revoked', 'revoked', ', for a viewer'), seenBy: 'viewer' },
];

function broken(label: string, status: string, whose = ''): State {
  return { name: `${label}${whose}`, put: { kind: 'ready', status, errorCode: 'bank_said_no' }, ...DETAIL };
}

/** A connection in setup has no error code, and needs its page all the same. */
function brokenInSetup(label: string, status: string): State {
  return { name: `${label}, in setup`, put: { kind: 'setup', status }, ...DETAIL };
}

const BANK = 'Bank of States';

for (const state of process.env.CONNECT_SOAK ? [...LOOKS, ...OTHERS] : LOOKS) {
  test(`a connection: ${state.name}`, { tag: '@javascript' }, async ({ person, meet, simulator }) => {
    const id = await reaches(state, person, simulator);
    const looker = state.seenBy === 'viewer' ? await meet({ user: 'vera', role: 'viewer' }) : person;
    // `open` would reload a page that is out of date, which is what some states show.
    if (state.happens) await looker.page.goto(looker.url(pageOf(state, id)));
    else await looker.open(pageOf(state, id));
    await looker.sees(state.heading ?? BANK);
    await expect(looker.outOfDate()).toHaveCount(state.happens ? 1 : 0);
    await looksRight(looker, state.screen, state.name);
    if (process.env.CONNECT_SOAK) {
      await looker.opensList();
      await expect(looker.listed(BANK)).toBeVisible();
      await looksRight(looker, 'list', state.name);
    }
  });
}

/** Brings a new connection into the state. */
async function reaches(state: State, person: Person, simulator: Simulator): Promise<string> {
  const id = await person.hasBegun(BANK, ownPortal());
  const form = { connection_id: id, delegated_user_active: 'on', accept_terms: 'on' };
  if (state.after === 'user confirmed') await person.posts('confirm_user_created', { connection_id: id });
  if (state.after === 'setup finished') await person.posts('submit_finish', form);
  await simulator.put(id, state.put);
  if (state.happens === 'Waycore falls silent') {
    // What was seen last is what is kept.
    await person.opensList();
    await person.open(pageOf(state, id));
    await person.sees(state.heading ?? BANK);
    const entityId = await simulator.entityOf(id);
    await simulator.fail({ match: { method: 'GET', entityId }, effect: { status: 503 } });
    await simulator.fail({ match: { method: 'GET', connectionId: id }, effect: { status: 503 } });
  }
  return id;
}

function pageOf({ screen }: State, id: string): string {
  return screen === 'detail' ? `/connections/${id}` : `/connections/${id}/setup`;
}
