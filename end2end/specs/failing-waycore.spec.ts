// Waycore fails while somebody is at a page or sends a form: they hear what happened, nothing is lost, and trying again
// works. What pages say of each failure and of each state is in server/tests/it/failing_waycore.rs and accounts.rs.
import { looksRight } from '../support/audit';
import { STANDARD_BANK } from '../support/person';
import { looksNarrow } from '../support/reflow';
import type { Fault } from '../support/simulator';
import { expect, ownPortal, test } from '../support/test';

test('what Waycore fails at is said, nothing is lost, and trying again works', { tag: '@javascript' }, async ({
  person,
  simulator,
}) => {
  const { page } = person;
  const id = await person.hasBegun('Stormy Bank', ownPortal());
  const entityId = await simulator.entityOf(id);

  await test.step('a page that is followed to shows what is known, and says that it is old', async () => {
    await person.opensList();
    await simulator.fail({ match: { method: 'GET', connectionId: id }, effect: { status: 503 } });
    await person.link('Stormy Bank').click();
    await person.sees('Create the delegated user');
    await expect(person.outOfDate()).toBeVisible();
    await simulator.recovers(id);
    await expect(async () => {
      await page.reload();
      await expect(person.outOfDate()).toHaveCount(0, { timeout: 1_000 });
    }).toPass();
    await person.sees('Create the delegated user');
  });

  await test.step('a key that Waycore refuses is our fault, and "Try again" leads to the page', async () => {
    await person.opensList();
    await simulator.fail({ match: { method: 'GET', connectionId: id }, effect: { status: 401 } });
    await person.link('Stormy Bank').click();
    // A refusal that takes more than a second is heard the next time.
    await expect(async () => {
      if (await person.outOfDate().isVisible()) await person.reload();
      await expect(person.link('Try again')).toBeVisible({ timeout: 3_000 });
    }).toPass();
    await expect(page.locator('[data-support-code]')).toHaveText(/[0-9A-Za-z-]{8,}/);
    await expect(person.heading('Create the delegated user')).toHaveCount(0);
    await person.ready();
    await simulator.recovers(id);
    await person.link('Try again').click();
    await person.sees('Create the delegated user');
  });

  await test.step('a failing completion leaves the setup where it was', async () => {
    await person.saysThatUserExists();
    await person.fillsIn({ username: 'wc-acme' });
    const completion = { method: 'PUT', path: `/v1/connections/${id}/setupCompletion`, connectionId: id };
    await simulator.fail({ match: completion, effect: { status: 503 }, times: 1 });
    await person.confirmsAndFinishes();
    await expect(page.getByRole('alert')).toBeVisible();
    await person.sees('Finish setup');
    // It was handed over before the completion failed.
    await expect(page.getByText('Waycore has the bank sign-in details')).toBeVisible();
    await expect(person.textbox('Bank username')).toHaveValue('');
    await person.confirmsAndFinishes();
    await person.sees('Activating your connection');
  });

  await test.step('a failing create keeps the bank that was chosen', async () => {
    await person.open('/new');
    await person.chooses(STANDARD_BANK);
    await simulator.fail({ match: { method: 'POST', entityId }, effect: { status: 500 }, times: 1 });
    await person.continues();
    await expect(page.getByRole('alert')).toBeVisible();
    await person.sees('Connection details');
    await expect(page.getByRole('combobox', { name: 'Bank', exact: true })).toHaveValue(STANDARD_BANK.name);
    await expect(page.locator('input[name="institution_id"]')).toHaveValue(STANDARD_BANK.id);
    await person.continues();
    await person.sees('Create the delegated user');
  });
});

const MISSING: [what: string, effect: Fault['effect'], says: string][] = [
  ['does not tell in time', { delayMs: 30_000 }, 'Waycore does not answer at the moment. Reload this page in a minute.'],
  ['does not grant', { status: 403 }, 'Not available in this product.'],
];

// By default the longer of the two sentences is looked at: both stand in the same place of the same page.
const LOOKED_AT = process.env.CONNECT_SOAK ? MISSING : MISSING.slice(0, 1);

test('a page without the money that Waycore does not tell is laid out like any other', { tag: '@javascript' }, async ({
  startAlone,
}) => {
  // A demo of its own: a request for accounts does not say in its path whose they are.
  const { person, simulator } = await startAlone();
  const id = await person.hasBegun('Reticent Bank', ownPortal());
  await simulator.connect(id);
  for (const [what, effect, says] of LOOKED_AT) {
    for (const path of ['/v1/accounts', '/v1/transactions']) {
      await simulator.failForEverybody({ match: { method: 'GET', path }, effect });
    }
    await person.open(`/connections/${id}`);
    await person.sees('Reticent Bank');
    for (const region of ['Accounts', 'Transactions']) await expect(person.region(region)).toContainText(says);
    await looksRight(person, 'detail', `money that Waycore ${what}`);
    await looksNarrow(person, `money that Waycore ${what}`);
    await simulator.recover();
  }
});
