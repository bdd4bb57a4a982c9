// Bad days: what happened meanwhile shows on every replica within ten seconds of their end.
import type { Person } from '../support/person';
import { CONNECTED, SLOW_BANK, expect, test, type Replicas } from './replicas';
import { seenWithin } from './seeing';

const AFTER = 10_000;

interface Looking {
  id: string;
  ana: Person;
  bo: Person;
}

/** One at the list of the first replica, one at the activation of the second. */
async function twoLook(
  replicas: Replicas,
  org: string,
  meet: (replicas: Replicas, identity: { user: string; org: string }, replica: 'first' | 'second') => Promise<Person>,
): Promise<Looking> {
  const id = await replicas.waits(org);
  const ana = await meet(replicas, { user: 'ana', org }, 'first');
  const bo = await meet(replicas, { user: 'bo', org }, 'second');
  await ana.opensList();
  await expect(ana.listed(SLOW_BANK.name)).toContainText('Activating');
  await bo.open(`/connections/${id}/setup`);
  await bo.sees('Activating your connection');
  return { id, ana, bo };
}

async function bothSeeConnected({ ana, bo }: Looking, since: number): Promise<void> {
  await seenWithin(AFTER, since, {
    list: ana.listed(SLOW_BANK.name).getByText('Connected', { exact: true }),
    activation: bo.status('Connected'),
  });
}

test('the database restarts', async ({ startReplicas, meet, postgres, org }) => {
  const replicas = await startReplicas({ webhooks: true });
  const looking = await twoLook(replicas, org, meet);
  await postgres.restart(async () => {
    await replicas.change(looking.id, CONNECTED);
  });
  await bothSeeConnected(looking, Date.now());
});

test('Waycore fails for a while', async ({ startReplicas, meet, org }) => {
  const replicas = await startReplicas({ webhooks: true });
  const looking = await twoLook(replicas, org, meet);
  const failed = async () => (await replicas.asked()).filter(({ status }) => status === 503).length;
  await replicas.fail(503);
  await replicas.change(looking.id, CONNECTED);
  // Long enough for the breaker, and for deliveries that are tried again.
  await expect.poll(failed, { intervals: [250], timeout: 60_000 }).toBeGreaterThanOrEqual(6);
  await expect(looking.bo.status('Connected')).toHaveCount(0);
  await replicas.recover();
  await bothSeeConnected(looking, Date.now());
});

test('no delivery is believed, as when the clocks are ten minutes apart', async ({ startReplicas, meet, org }) => {
  const replicas = await startReplicas({ webhooks: true, secret: 'whsec_of_another_registration_altogether' });
  const looking = await twoLook(replicas, org, meet);
  await bothSeeConnected(looking, await replicas.change(looking.id, CONNECTED));
});

test('a flood of forged deliveries takes nothing from the true ones', async ({ startReplicas, meet, org }) => {
  const replicas = await startReplicas({ webhooks: true });
  const looking = await twoLook(replicas, org, meet);
  const before = (await replicas.asked()).length;
  const flood = async () => {
    const answers = new Set<number>();
    for (let round = 0; round < 50; round++) {
      const forged = Array.from({ length: 20 }, () => replicas.forge(looking.id));
      for (const status of await Promise.all(forged)) answers.add(status);
    }
    return answers;
  };
  expect(await flood()).toEqual(new Set([401]));
  const read = (await replicas.asked()).slice(before).map(({ path }) => path);
  expect(read.filter((path) => path !== '/v1/connections'), 'a forged delivery causes no read').toEqual([]);
  const flooding = flood();
  await bothSeeConnected(looking, await replicas.change(looking.id, CONNECTED));
  expect(await flooding).toEqual(new Set([401]));
});
