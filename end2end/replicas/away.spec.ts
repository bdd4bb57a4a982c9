// What changed while somebody was away is marked on their list, whichever replica they come back to.
import type { Person } from '../support/person';
import { STANDARD_BANK } from '../support/person';
import { CONNECTED, SLOW_BANK, expect, test } from './replicas';

const MARK = 'Changed since your last visit';

/** The banks of the customer that are marked on somebody's list. */
async function marked(person: Person): Promise<string[]> {
  const banks: string[] = [];
  for (const { name } of [SLOW_BANK, STANDARD_BANK]) {
    await expect(person.listed(name)).toBeVisible();
    if (await person.listed(name).getByText(MARK, { exact: true }).isVisible()) banks.push(name);
  }
  return banks;
}

test('what changed while somebody was away is marked through their next visit', async ({ startReplicas, meet, org }) => {
  const replicas = await startReplicas({ webhooks: true });
  const changing = await replicas.waits(org);
  await replicas.waits(org, STANDARD_BANK.id);
  const ana = await meet(replicas, { user: 'ana', org }, 'first');
  await ana.opensList();
  expect(await marked(ana), 'nothing has changed for whoever is new').toEqual([]);
  await ana.page.goto('about:blank');
  await replicas.hoursPass(1);

  // Somebody else of the same customer looks on meanwhile.
  const bo = await meet(replicas, { user: 'bo', org }, 'first');
  await bo.opensList();
  await replicas.change(changing, CONNECTED);
  await expect(bo.listed(SLOW_BANK.name)).toContainText('Connected');
  expect(await marked(bo), 'it changed before the eyes of this one').toEqual([]);

  // Ana comes back, on another device.
  const again = await meet(replicas, { user: 'ana', org }, 'second');
  await again.opensList();
  expect(await marked(again)).toEqual([SLOW_BANK.name]);
  await again.reload();
  expect(await marked(again), 'the same visit').toEqual([SLOW_BANK.name]);
  await bo.reload();
  expect(await marked(bo)).toEqual([]);

  await again.page.goto('about:blank');
  await replicas.hoursPass(1);
  await again.opensList();
  expect(await marked(again), 'nothing has changed since').toEqual([]);
});

test('what somebody saw change is no news an hour later', async ({ startReplicas, meet, org }) => {
  const replicas = await startReplicas({ webhooks: true });
  const id = await replicas.waits(org);
  await replicas.waits(org, STANDARD_BANK.id);
  const ana = await meet(replicas, { user: 'ana', org }, 'first');
  await ana.opensList();
  await replicas.change(id, CONNECTED);
  await expect(ana.listed(SLOW_BANK.name)).toContainText('Connected');
  await ana.reload();
  await ana.page.goto('about:blank');
  await replicas.hoursPass(1);
  await ana.opensList();
  expect(await marked(ana)).toEqual([]);
});
