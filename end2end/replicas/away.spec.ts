// What changed while somebody was away stands out on their list, whichever replica they come back to. What is marked, and
// for how long, is in server/src/onboarding/tests/listing.rs.
import { looksRight } from '../support/audit';
import { STANDARD_BANK } from '../support/person';
import { looksNarrow } from '../support/reflow';
import { CONNECTED, SLOW_BANK, expect, test } from './replicas';

const MARK = 'Changed since your last visit';

test('what changed while somebody was away stands out through their next visit', async ({ startReplicas, meet, org }) => {
  const replicas = await startReplicas({ webhooks: true });
  const changing = await replicas.waits(org);
  await replicas.waits(org, STANDARD_BANK.id);
  const ana = await meet(replicas, { user: 'ana', org }, 'first');
  await ana.opensList();
  await expect(ana.listed(SLOW_BANK.name)).not.toContainText(MARK);
  await ana.page.goto('about:blank');
  await replicas.hoursPass(1);
  await replicas.change(changing, CONNECTED);
  // Somebody else reads it, so that it is known before she comes back.
  const { connection } = await replicas.call(org, 'get_connection', { connection_id: changing });
  expect(connection.label).toBe('Connected');

  const again = await meet(replicas, { user: 'ana', org }, 'second');
  for (const visit of ['on another device', 'after a reload']) {
    await again.opensList();
    await expect(again.listed(SLOW_BANK.name), visit).toContainText(MARK);
    await expect(again.listed(STANDARD_BANK.name), visit).not.toContainText(MARK);
  }
  await looksRight(again, 'list', 'changed since the last visit');
  await looksNarrow(again, 'a list with something that changed');
});
