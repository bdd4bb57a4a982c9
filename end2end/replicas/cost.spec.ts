// The load on Waycore does not grow with the number of open streams. This test measures real intervals with a thousand
// streams, so it runs only in a soak. In virtual time server/src/events/tests.rs counts the reads for two hundred pages on
// two replicas, and server/tests/it/events.rs those of many pages that hear of a change.
import { CONNECTED, SOAK, expect, test, type Asked, type Replicas } from './replicas';
import { Viewers } from './streams';

/** Milliseconds between two list reads of the same connections. */
const BETWEEN = 5_000;

/** Tolerance for a delayed poll, in milliseconds. */
const SHIFTED = 500;

/** Rows per list page. */
const A_PAGE = 500;

interface Sweep {
  at: number;
  pages: Asked[];
}

/** The reads of the list of those who wait, page by page. */
function sweeps(journal: Asked[]): Sweep[] {
  const found: Sweep[] = [];
  for (const asked of journal) {
    const query = new URLSearchParams(asked.query);
    if (asked.path !== '/v1/connections' || query.get('status') !== 'pendingActivation') continue;
    expect(query.get('limit')).toBe(String(A_PAGE));
    if (query.has('cursor')) found.at(-1)?.pages.push(asked);
    else found.push({ at: Date.parse(asked.at), pages: [asked] });
  }
  return found;
}

async function untilSwept(replicas: Replicas, times: number): Promise<Sweep[]> {
  let found: Sweep[] = [];
  const count = async () => {
    found = sweeps(await replicas.asked());
    return found.length;
  };
  await expect.poll(count, { intervals: [500], timeout: 60_000 }).toBeGreaterThanOrEqual(times);
  return found;
}

/** Holds sweeps to what is promised of them. */
function expectApart(found: Sweep[], pages: number): void {
  const [first] = found;
  for (const [place, { at }] of found.entries()) {
    const next = found[place + 1];
    // The last one may still be going on.
    if (!first || !next) break;
    expect(found[place]?.pages.length, 'a page for each five hundred').toBeLessThanOrEqual(pages);
    expect(next.at - at, 'five seconds between').toBeGreaterThanOrEqual(BETWEEN - SHIFTED);
    const all = (place + 1) * BETWEEN - SHIFTED;
    expect(next.at - first.at, 'five seconds between, however many').toBeGreaterThanOrEqual(all);
  }
}

if (SOAK) {
  test('a thousand viewers of one connection cost what one costs', async ({ startReplicas, org }) => {
    const replicas = await startReplicas({ webhooks: false });
    // Its clock goes, so that its journal says when.
    await replicas.waycore.control('clock', { speed: 1 });
    const id = await replicas.waits(org);
    // Others of this Waycore organization wait as well, so that its list has two pages. They are nobody's here.
    const elsewhere = await replicas.waycore.entity('elsewhere');
    const others = Array.from({ length: A_PAGE + 20 }, async (_, number) => {
      const portalUrl = `https://portal-${number}.example/login`;
      const made = await replicas.waycore.call('POST', '/v1/connections', { entityId: elsewhere, portalUrl });
      // For as long as the test looks, however slow the machine is.
      await replicas.change(made.body.id, { kind: 'setup', status: 'pendingActivation' });
    });
    await Promise.all(others);
    const viewers = new Viewers(replicas.url, org);
    try {
      await viewers.grow(1);
      const withOne = (await untilSwept(replicas, sweeps(await replicas.asked()).length + 2)).slice(-2);
      const before = await replicas.asked();
      await expect(async () => {
        await viewers.grow(1_000);
        expect(viewers.open).toBe(1_000);
      }).toPass({ intervals: [1_000], timeout: 60_000 });
      const began = sweeps(before).length;
      const found = await untilSwept(replicas, Math.max(began + 3, sweeps(await replicas.asked()).length + 2));
      expectApart(found.slice(began - 1), 2);
      const since = (await replicas.asked()).slice(before.length);
      const lists = since.filter(({ path }) => path === '/v1/connections');
      expect(since.length, 'nothing but lists is read').toBe(lists.length);
      expect(found.at(-2)?.pages.length, 'as many pages as for one viewer').toBe(withOne.at(-2)?.pages.length);
      // All of them are told, and that costs one reading of the connection.
      const unread = (await replicas.asked()).length;
      await replicas.change(id, CONNECTED);
      await expect.poll(() => viewers.told('"status":"active"'), { intervals: [100], timeout: 8_000 }).toBe(1_000);
      const read = (await replicas.asked()).slice(unread).filter(({ path }) => path !== '/v1/connections');
      expect(read.map(({ path }) => path)).toEqual([`/v1/connections/${id}`]);
    } finally {
      viewers.close();
    }
  });
}
