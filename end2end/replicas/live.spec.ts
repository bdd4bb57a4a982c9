// What happens at Waycore shows on every page that is open, whichever replica serves it.
import { INSTANT_BANK, PROVISIONING_BANK, STANDARD_BANK, type Person } from '../support/person';
import { CONNECTED, SLOW_BANK, expect, test } from './replicas';
import { seen } from './seeing';

/** A change is seen within a second of its delivery; one that comes soon after another waits for the rest of a second. */
const WITHIN = 1_000;

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

test('what happens at Waycore shows on the pages of both replicas, and is said once on each', async ({
  startReplicas,
  meet,
  org,
}) => {
  test.slow();
  const replicas = await startReplicas({ webhooks: true });
  const id = await replicas.waits(org);
  const goes = [
    { bank: STANDARD_BANK, id: await replicas.waits(org, STANDARD_BANK.id) },
    { bank: PROVISIONING_BANK, id: await replicas.waits(org, PROVISIONING_BANK.id) },
  ];
  const ana = await meet(replicas, { user: 'ana', org }, 'first');
  const bo = await meet(replicas, { user: 'bo', org }, 'second');
  await ana.opensList();
  await expect(ana.listed(SLOW_BANK.name)).toContainText('Activating');
  await bo.open(`/connections/${id}/setup`);
  await bo.sees('Activating your connection');
  const [list, detail] = [await follows(ana), await follows(bo)];

  await test.step('a delivery shows on both, however often it comes', async () => {
    const changed = await replicas.change(id, CONNECTED);
    await replicas.tellTwice('connection.status_changed', id);
    await seen(WITHIN, changed, {
      list: ana.listed(SLOW_BANK.name).getByText('Connected', { exact: true }),
      activation: bo.status('Connected'),
    });
    // The activation has become the detail.
    await bo.sees(SLOW_BANK.name);
  });

  await test.step('new transactions refresh the detail, and are said', async () => {
    await replicas.tellTwice('transactions.sync_available', id);
    await expect(bo.page.locator('#announcer')).toHaveText('There are new transactions');
  });

  await test.step('another change shows on the list and on the detail', async () => {
    const changed = await replicas.change(id, { status: 'reauthRequired' });
    await replicas.tellTwice('connection.status_changed', id);
    await seen(2 * WITHIN, changed, {
      list: ana.listed(SLOW_BANK.name).getByText('Reauthentication required', { exact: true }),
      detail: bo.status('Reauthentication required'),
    });
    for (const { page } of [ana, bo]) {
      await expect(page.locator('#announcer')).toContainText('Reauthentication required');
    }
  });

  await test.step('each was said once, on each page that it is news to', () => {
    const connected = expect.stringMatching(/^Slow Test Bank is connected/);
    const refused = expect.stringMatching(/^Slow Test Bank: Reauthentication required/);
    expect(list.said, 'only its own page shows transactions').toEqual([connected, refused]);
    expect(list.fetched).toEqual(['/', '/']);
    expect(detail.said).toEqual([connected, 'There are new transactions', refused]);
    expect(detail.fetched).toEqual(Array(3).fill(`/connections/${id}`));
  });

  await test.step('two that are removed in one moment are both said', async () => {
    const remove = ({ id, bank }: (typeof goes)[number]) =>
      replicas.call(org, 'remove_connection', { connection_id: id, confirmation: bank.name });
    await Promise.all(goes.map(remove));
    for (const { bank } of goes) {
      await expect.poll(() => list.said.join('. ')).toContain(`${bank.name}: Activating. Removed`);
    }
  });

  await test.step('accounts and transactions that Waycore has read show on an open detail', async () => {
    const read = await replicas.waits(org, INSTANT_BANK.id);
    await replicas.waycore.advance(60);
    const listens = bo.page.waitForResponse(new RegExp(`/events\\?.*${read}`));
    await bo.open(`/connections/${read}`);
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
});
