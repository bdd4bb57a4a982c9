// One replica is killed (SIGKILL): its browsers reconnect through nginx, the other replica takes over, and no change is
// lost.
import { INSTANT_BANK, PORTALS_BANK, STANDARD_BANK } from '../support/person';
import { CONNECTED, SLOW_BANK, SOAK, expect, test } from './replicas';
import { seen } from './seeing';

/**
 * Which replica is killed, and whether Waycore sends webhooks meanwhile. From the second round on, the killed replica is
 * the one that holds the watcher's lease.
 */
const LIVES = [
  { dying: 'first', delivers: true, bank: SLOW_BANK },
  { dying: 'second', delivers: false, bank: STANDARD_BANK },
  // The same two with the replicas exchanged: only a soak has the time.
  ...(SOAK
    ? ([
        { dying: 'first', delivers: false, bank: INSTANT_BANK },
        { dying: 'second', delivers: true, bank: PORTALS_BANK },
      ] as const)
    : []),
] as const;

test('a replica dies, and a change shows on the pages of both', async ({ startReplicas, meet, org }) => {
  test.slow();
  const replicas = await startReplicas({ webhooks: true });
  const ana = await meet(replicas, { user: 'ana', org }, 'first');
  const bo = await meet(replicas, { user: 'bo', org }, 'second');
  for (const { dying, delivers, bank } of LIVES) {
    await test.step(`the ${dying} dies, and the change is ${delivers ? 'delivered' : 'found by asking'}`, async () => {
      await replicas.deliver(delivers);
      const id = await replicas.waits(org, bank.id);
      await ana.opensList();
      await expect(ana.listed(bank.name)).toContainText('Activating');
      await bo.open(`/connections/${id}/setup`);
      await bo.sees('Activating your connection');
      await replicas.kill(dying);
      await seen(10_000, await replicas.change(id, CONNECTED), {
        list: ana.listed(bank.name).getByText('Connected', { exact: true }),
        activation: bo.status('Connected'),
      });
      await replicas.restart(dying);
    });
  }
});
