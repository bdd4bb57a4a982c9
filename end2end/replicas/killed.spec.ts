// One of two replicas dies without a word. Browsers that were on it come back through nginx, and nobody misses a change.
// First the one dies and then the other, so that whichever was watching for both is among the dead.
import { STANDARD_BANK } from '../support/person';
import { CONNECTED, SLOW_BANK, expect, test } from './replicas';
import { seenWithin } from './seeing';

for (const webhooks of [true, false]) {
  const how = webhooks ? 'by a delivery' : 'without deliveries';
  test(`a replica dies, and a change shows within ten seconds ${how}`, async ({ startReplicas, meet, org }) => {
    const replicas = await startReplicas({ webhooks });
    const ana = await meet(replicas, { user: 'ana', org }, 'first');
    const bo = await meet(replicas, { user: 'bo', org }, 'second');
    const cy = await meet(replicas, { user: 'cy', org }, 'first');
    const lives = [
      { dying: 'first', bank: SLOW_BANK },
      { dying: 'second', bank: STANDARD_BANK },
    ] as const;
    for (const { dying, bank } of lives) {
      const id = await replicas.waits(org, bank.id);
      await ana.opensList();
      await expect(ana.listed(bank.name)).toContainText('Activating');
      for (const waiting of [bo, cy]) {
        await waiting.open(`/connections/${id}/setup`);
        await waiting.sees('Activating your connection');
      }
      await replicas.kill(dying);
      await seenWithin(10_000, await replicas.change(id, CONNECTED), {
        list: ana.listed(bank.name).getByText('Connected', { exact: true }),
        activation: bo.status('Connected'),
        'another activation': cy.status('Connected'),
      });
      await replicas.restart(dying);
    }
  });
}
