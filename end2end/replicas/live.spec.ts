// What happens at Waycore shows on every page that is open, whichever replica serves it.
import { INSTANT_BANK, STANDARD_BANK, type Person } from '../support/person';
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
  const changed = await replicas.change(id, CONNECTED);
  await seenWithin(1_000, changed, {
    list: ana.listed(SLOW_BANK.name).getByText('Connected', { exact: true }),
    activation: bo.status('Connected'),
    'another activation': cy.status('Connected'),
  });
  // A connection is read once a second at most: what comes sooner waits for the rest of it.
  await expect.poll(() => Date.now() - changed, { intervals: [50] }).toBeGreaterThan(1_200);
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

test('accounts and transactions that Waycore has read show on an open detail', async ({ startReplicas, meet, org }) => {
  const replicas = await startReplicas({ webhooks: true });
  const id = await replicas.waits(org, INSTANT_BANK.id);
  await replicas.waycore.advance(60);
  const bo = await meet(replicas, { user: 'bo', org }, 'second');
  const listens = bo.page.waitForResponse(/\/events\?/);
  await bo.open(`/connections/${id}`);
  await bo.sees(INSTANT_BANK.name);
  await listens;
  const accounts = bo.region('Accounts').getByRole('listitem');
  const before = { money: await accounts.allInnerTexts(), moved: await bo.transactions().allInnerTexts() };
  expect(before.moved.length).toBeGreaterThan(0);
  // Waycore reads a bank four times a day.
  await replicas.waycore.advance(3 * 24 * 3_600);
  await expect(bo.page.locator('#announcer')).toContainText('There are new transactions');
  await expect.poll(() => bo.transactions().allInnerTexts()).not.toEqual(before.moved);
  await expect.poll(() => accounts.allInnerTexts()).not.toEqual(before.money);
  const shown = await bo.transactions().allInnerTexts();
  await bo.reload();
  expect(await bo.transactions().allInnerTexts(), 'all there is').toEqual(shown);
});

/** What a page says, as it says it, and how often it fetches itself. */
async function follows({ page }: Person): Promise<{ said: string[]; fetched: string[] }> {
  const said: string[] = [];
  const fetched: string[] = [];
  await page.exposeFunction('says', (text: string) => said.push(text));
  await page.evaluate(() => {
    const announcer = document.getElementById('announcer')!;
    const says = (window as unknown as { says(text: string | null): void }).says;
    new MutationObserver(() => says(announcer.textContent)).observe(announcer, { childList: true });
  });
  page.on('response', (response) => {
    const { pathname } = new URL(response.url());
    if (response.status() === 200 && /^\/($|connections\/)/.test(pathname)) fetched.push(pathname);
  });
  return { said, fetched };
}

test('what happens is said once on each page it is news to, however often it is found out', async ({
  startReplicas,
  meet,
  org,
}) => {
  const replicas = await startReplicas({ webhooks: false });
  const id = await replicas.waits(org);
  // One goes on waiting, so that the list is read every five seconds.
  await replicas.waits(org, STANDARD_BANK.id);
  const ana = await meet(replicas, { user: 'ana', org }, 'first');
  const bo = await meet(replicas, { user: 'bo', org }, 'second');
  await ana.opensList();
  await bo.open(`/connections/${id}/setup`);
  await bo.sees('Activating your connection');
  const [list, detail] = [await follows(ana), await follows(bo)];

  await replicas.change(id, CONNECTED);
  await replicas.tellTwice('connection.status_changed', id);
  await expect(ana.listed(SLOW_BANK.name)).toContainText('Connected');
  await bo.sees(SLOW_BANK.name);
  const already = (await replicas.asked()).length;
  const asked = async () => (await replicas.asked()).slice(already).map(({ path }) => path);
  await expect.poll(asked, 'the watcher looks as well').toContain('/v1/connections');
  await replicas.tellTwice('transactions.sync_available', id);
  await expect(bo.page.locator('#announcer')).toHaveText('There are new transactions');
  await replicas.change(id, { status: 'reauthRequired' });
  await replicas.tellTwice('connection.status_changed', id);
  for (const somebody of [ana, bo]) {
    await expect(somebody.page.locator('#announcer')).toContainText('Reauthentication required');
  }

  const connected = expect.stringMatching(/^Slow Test Bank: Connected/);
  const refused = expect.stringMatching(/^Slow Test Bank: Reauthentication required/);
  expect(list.said, 'only its own page shows transactions').toEqual([connected, refused]);
  expect(list.fetched).toEqual(['/', '/']);
  expect(detail.said).toEqual([connected, 'There are new transactions', refused]);
  expect(detail.fetched).toEqual(Array(3).fill(`/connections/${id}`));
});

test('two that are removed in one moment are both said', async ({ startReplicas, meet, org }) => {
  const replicas = await startReplicas({ webhooks: true });
  const [slow, standard] = [await replicas.waits(org), await replicas.waits(org, STANDARD_BANK.id)];
  const ana = await meet(replicas, { user: 'ana', org }, 'first');
  const begun = ana.page.waitForResponse(/\/events\?/);
  await ana.opensList();
  await begun;
  const { said } = await follows(ana);
  const remove = (connection_id: string, confirmation: string) =>
    replicas.call(org, 'remove_connection', { connection_id, confirmation });
  await Promise.all([remove(slow, SLOW_BANK.name), remove(standard, STANDARD_BANK.name)]);
  for (const { name } of [SLOW_BANK, STANDARD_BANK]) {
    await expect.poll(() => said.join('. ')).toContain(`${name}: Activating. Removed`);
  }
});
