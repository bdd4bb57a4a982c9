// After an outage, both replicas show what changed during it.
import type { Person } from '../support/person';
import { CONNECTED, SLOW_BANK, SOAK, expect, test, type Replicas } from './replicas';
import { seen } from './seeing';

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
  await seen(AFTER, since, {
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

// In virtual time server/src/events/tests.rs tries both always: ten minutes without Waycore, and changes that nobody
// delivers. A soak tries them on real servers, where breakers and retries take their real time.
if (SOAK) {
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
}
