// What happens at Waycore shows on every page that is open, whichever replica serves it.
import { CONNECTED, SLOW_BANK, expect, test } from './replicas';
import { seenWithin } from './seeing';

test('a delivery shows on every replica within a second', async ({ startReplicas, meet, org }) => {
  const replicas = await startReplicas({ webhooks: true });
  const id = await replicas.waits(org);
  const [ana, bo, cy] = [
    await meet(replicas, { user: 'ana', org }, 'first'),
    await meet(replicas, { user: 'bo', org }, 'second'),
    await meet(replicas, { user: 'cy', org }, 'first'),
  ];
  await ana.opensList();
  await expect(ana.listed(SLOW_BANK.name)).toContainText('Activating');
  for (const waiting of [bo, cy]) {
    await waiting.open(`/connections/${id}/setup`);
    await waiting.sees('Activating your connection');
  }
  await seenWithin(1_000, await replicas.change(id, CONNECTED), {
    list: ana.listed(SLOW_BANK.name).getByText('Connected', { exact: true }),
    activation: bo.status('Connected'),
    'another activation': cy.status('Connected'),
  });
  // The activations have become details.
  for (const connected of [bo, cy]) await connected.sees(SLOW_BANK.name);
  await seenWithin(1_000, await replicas.change(id, { status: 'reauthRequired' }), {
    list: ana.listed(SLOW_BANK.name).getByText('Reauthentication required', { exact: true }),
    detail: bo.status('Reauthentication required'),
    'another detail': cy.status('Reauthentication required'),
  });
});

test('without deliveries a change shows on every replica within six seconds', async ({ startReplicas, meet, org }) => {
  const replicas = await startReplicas({ webhooks: false });
  const id = await replicas.waits(org);
  const [ana, bo, cy] = [
    await meet(replicas, { user: 'ana', org }, 'second'),
    await meet(replicas, { user: 'bo', org }, 'first'),
    await meet(replicas, { user: 'cy', org }, 'second'),
  ];
  await ana.opensList();
  for (const waiting of [bo, cy]) {
    await waiting.open(`/connections/${id}/setup`);
    await waiting.sees('Activating your connection');
  }
  await seenWithin(6_000, await replicas.change(id, CONNECTED), {
    list: ana.listed(SLOW_BANK.name).getByText('Connected', { exact: true }),
    activation: bo.status('Connected'),
    'another activation': cy.status('Connected'),
  });
});

test('new transactions refresh an open detail, and are said once', async ({ startReplicas, meet, org }) => {
  const replicas = await startReplicas({ webhooks: true });
  const id = await replicas.waits(org);
  await replicas.change(id, CONNECTED);
  const bo = await meet(replicas, { user: 'bo', org }, 'second');
  await bo.open(`/connections/${id}`);
  await bo.sees(SLOW_BANK.name);
  const pages: string[] = [];
  bo.page.on('request', (request) => {
    if (request.url().endsWith(`/connections/${id}`)) pages.push(request.method());
  });
  const told = await replicas.waycore.control('webhooks', {
    type: 'transactions.sync_available', connectionId: id, duplicate: true,
  });
  expect(told.status).toBe(201);
  await expect(bo.page.locator('#announcer')).toHaveText('There are new transactions');
  expect(pages, 'a delivery that comes twice is one piece of news').toEqual(['GET']);
});
