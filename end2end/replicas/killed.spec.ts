// A replica dies without a word. Browsers that were on it come back through nginx, the other one takes over, and nobody
// misses a change.
import { INSTANT_BANK, PORTALS_BANK, STANDARD_BANK } from '../support/person';
import { CONNECTED, SLOW_BANK, SOAK, expect, test } from './replicas';
import { seen } from './seeing';

/**
 * Who dies, and whether Waycore tells of what changes then. The one that survived the life before watches for both, so
 * that from the second life on it is the watching one that dies.
 */
const LIVES = [
  { dying: 'first', delivers: true, bank: SLOW_BANK },
  { dying: 'second', delivers: false, bank: STANDARD_BANK },
  // The same two the other way round, where there is time.
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
