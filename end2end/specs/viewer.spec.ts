// Whoever may only look is never left to wonder why a button is missing: each page says why, and who can go on. That
// nothing can be changed all the same is in starting.spec.ts.
import type { StateChange } from '../support/simulator';
import { expect, ownPortal, test } from '../support/test';

const DRAFT: StateChange = { kind: 'setup', status: 'draft', actionRequiredBy: 'endUser' };
const SETUP = 'You can look at this setup, but not change it. A manager in your company can go on with it.';
const DETAIL = 'You can look at this connection, but not change it. A manager in your company can';
const REAUTH = `${DETAIL} check at your bank that the user is active, and hand over a new password or a new username.`;
const INVALID = `${DETAIL} check that this is the portal where the delegated user was created, and start again with the right address if it is not.`;
const REVOKED = `${DETAIL} connect the bank again if it is still needed.`;

const PAGES: [put: StateChange, heading: string, why: string][] = [
  [{ ...DRAFT, nextAction: 'createDelegatedUser' }, 'Create the delegated user', SETUP],
  [{ ...DRAFT, nextAction: 'provideCredentials' }, 'Finish setup', SETUP],
  [{ kind: 'setup', status: 'pendingActivation' }, 'Activating your connection', SETUP],
  [{ kind: 'ready', status: 'active' }, 'Watched Bank', `${DETAIL}.`],
  [{ kind: 'ready', status: 'reauthRequired' }, 'Watched Bank', REAUTH],
  [{ kind: 'ready', status: 'invalidConfig' }, 'Watched Bank', INVALID],
  [{ kind: 'ready', status: 'revoked' }, 'Watched Bank', REVOKED],
];

test('whoever may only look reads why nothing can be changed, on every page', async ({ person, meet, simulator }) => {
  const viewer = await meet({ user: 'vera', role: 'viewer' });
  const main = viewer.page.getByRole('main');
  const onList = 'You can look at the connections of your company, but not change them. A manager in your company can connect a bank.';
  await viewer.opensList();
  await expect(main, 'the empty list').toContainText(onList);
  const id = await person.hasBegun('Watched Bank', ownPortal());
  await viewer.opensList();
  await expect(viewer.listed('Watched Bank')).toBeVisible();
  await expect(main, 'the list').toContainText(onList);
  for (const [put, heading, why] of PAGES) {
    await simulator.put(id, put);
    await viewer.open(`/connections/${id}`);
    await viewer.sees(heading);
    await expect(main).toContainText(why);
    // What may be pressed copies a value or filters transactions.
    await expect(main.getByRole('button', { name: /^(?!Copy |Show$)/ })).toHaveCount(0);
    await expect(main.getByRole('link', { name: /^Remove/ })).toHaveCount(0);
  }
  await viewer.open(`/connections/${id}/remove`);
  await viewer.sees('Remove connection');
  await expect(main).toContainText('Only a manager in your company can remove a connection.');
  await expect(main.getByRole('button')).toHaveCount(0);
  await expect(main.getByRole('textbox')).toHaveCount(0);

  // A manager is told none of it.
  await person.open(`/connections/${id}`);
  await person.sees('Watched Bank');
  await expect(person.page.getByRole('main')).not.toContainText('You can look at');
});
