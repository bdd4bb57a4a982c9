// A page that stays goes on: it listens again, asks where streams do not come through, keeps its times true, and keeps nothing
// of the pages before it. When it takes news and says them is in live.spec.ts.
import type { CDPSession, Route } from '@playwright/test';
import { NOW, SNAPSHOT, STREAM, opensListening, runsUntil } from '../support/events';
import { HostileFront, type Switches } from '../support/hostile-front';
import { INSTANT_BANK, Person, STANDARD_BANK } from '../support/person';
import { expect, test } from '../support/test';

/** What answers a form in the place of a page. */
const NO_PAGES: [string, Parameters<Route['fulfill']>[0]][] = [
  ['a gateway', { status: 502, contentType: 'text/html', body: '<!doctype html><title>502</title><h1>Bad gateway</h1>' }],
  ['a limit of a proxy', { status: 413, contentType: 'text/plain', body: 'too large' }],
  ['nothing', { status: 204, body: '' }],
  ['JSON', { status: 200, contentType: 'application/json', body: '{"ok":true}' }],
  ['JSON that refuses', { status: 422, contentType: 'application/json', body: '{"code":"invalid_input"}' }],
];

/** What answers a page in the place of a page. */
const MORE_NO_PAGES: typeof NO_PAGES = [
  ['a firewall', { status: 403, contentType: 'text/html', body: '<!doctype html><title>403</title><h1>Blocked</h1>' }],
  ['a slow line', { status: 408, body: '' }],
  ['a file', { status: 200, headers: { 'content-disposition': 'attachment' }, contentType: 'text/html', body: 'x' }],
];

test.describe('a page that stays', { tag: '@javascript' }, () => {
  test('listens again after a form that something else than a page answers, and after a link to a file', async ({
    person,
    simulator,
  }) => {
    const { page } = person;
    const id = await person.hasBegunAt(STANDARD_BANK);
    await opensListening(person, `/connections/${id}/setup`, 'Create the delegated user');
    const confirms = /\/api\/confirm_user_created/;
    // One route for all of them: Playwright misses requests that begin while it stops to intercept.
    let next: Parameters<Route['fulfill']>[0] | undefined;
    await page.route(confirms, (route) => (next ? route.fulfill(next) : route.abort()));
    const listensAgainAfter = async (act: () => Promise<unknown>) => {
      const listens = page.waitForRequest(STREAM);
      await act();
      await listens;
    };
    const press = () => person.button('I have created the user').click();
    for (const [what, answer] of NO_PAGES) {
      next = answer;
      await listensAgainAfter(press);
      await expect(page.getByRole('alert'), what).toHaveCount(1);
      // The next answer has an alert of its own.
      await page.getByRole('alert').evaluate((alert) => alert.remove());
      await expect(page.locator('form[data-busy]')).toHaveCount(0);
    }
    next = undefined;
    await listensAgainAfter(press);

    await page.route(/\/new\?file/, (route) => route.fulfill({ status: 204, body: '' }));
    await person.link('Finish later').evaluate((link: HTMLAnchorElement) => (link.href = link.href.replace(/\/$/, '/new?file')));
    await listensAgainAfter(() => person.link('Finish later').click());
    await simulator.connect(id);
    await expect(person.heading(STANDARD_BANK.name)).toBeVisible();
  });

  test('keeps what it shows where something else than a page answers its news', async ({ person, simulator }) => {
    const { page } = person;
    const id = await person.hasBegunAt(STANDARD_BANK);
    await simulator.keepActivating(id);
    await page.clock.install();
    await opensListening(person, `/connections/${id}/setup`, 'Activating your connection');
    const shows = new RegExp(`/connections/${id}`);
    let next: Parameters<Route['fulfill']>[0] | undefined = { status: 503, body: '' };
    await page.route(shows, (route) => (next ? route.fulfill(next) : route.continue()));
    let left = 0;
    page.on('framenavigated', () => (left += 1));
    await simulator.connect(id);
    for (const [what, answer] of [...NO_PAGES, ...MORE_NO_PAGES]) {
      next = answer;
      const answered = page.waitForResponse(shows);
      await runsUntil(page, () => Promise.race([answered, Promise.reject(new Error('not yet'))]));
      await expect(person.heading('Activating your connection'), what).toBeVisible();
    }
    expect(left, 'nobody went anywhere').toBe(0);
    next = undefined;
    await runsUntil(page, () => expect(person.heading(STANDARD_BANK.name)).toBeVisible(NOW));
  });

  const fronts: [string, Switches][] = [
    ['holds back', { holdStreams: true }],
    ['compresses', { compressStreams: true }],
  ];
  for (const [what, switches] of fronts) {
    test(`asks at once where a proxy ${what} its stream`, async ({ person, context, simulator, place }) => {
      const front = await HostileFront.start(0, place.url, switches);
      const behind = new Person(person.page, context, person.identity, front.url, true);
      const { page } = behind;
      const id = await person.hasBegunAt(STANDARD_BANK);
      await simulator.keepActivating(id);
      await page.clock.install();
      await behind.open(`/connections/${id}/setup`);
      await behind.sees('Activating your connection');
      const asks = page.waitForRequest(SNAPSHOT);
      await page.clock.runFor(5_000);
      await asks;
      await simulator.connect(id);
      await runsUntil(page, () => expect(behind.heading(STANDARD_BANK.name)).toBeVisible(NOW));
      await page.goto('about:blank');
      await front.end();
    });
  }

  test('asks at once when its stream has been silent for 25 seconds, and goes on when an answer hangs', async ({
    person,
    simulator,
  }) => {
    const { page } = person;
    const id = await person.hasBegunAt(STANDARD_BANK);
    await simulator.keepActivating(id);
    await page.clock.install();
    await opensListening(person, `/connections/${id}/setup`, 'Activating your connection');
    let asked = 0;
    await page.route(SNAPSHOT, (route) => {
      asked += 1;
      // The first never gets an answer.
      return asked === 1 ? undefined : route.continue();
    });
    await page.clock.runFor(20_000);
    expect(asked, 'a beat may still come').toBe(0);
    // Nothing real comes while the page's clock runs ahead.
    await page.clock.runFor(6_000);
    await expect.poll(() => asked).toBe(1);
    await simulator.connect(id);
    await runsUntil(page, () => expect(person.heading(STANDARD_BANK.name)).toBeVisible(NOW));
  });

  test('keeps its times true after a form that was not sent, whatever its language is said to be', async ({ person, simulator }) => {
    const { page } = person;
    const id = await person.hasConnected(INSTANT_BANK);
    const failures: string[] = [];
    page.on('pageerror', (error) => failures.push(error.message));
    await page.clock.install();
    await person.open(`/connections/${id}`);
    await person.sees(INSTANT_BANK.name);
    await simulator.fail({
      match: { method: 'PUT', path: `/v1/connections/${id}/sync`, connectionId: id },
      effect: { status: 429, retryAfter: 7_230 },
      times: 1,
    });
    await page.route(/\/api\/sync_connection/, (route) => route.abort(), { times: 1 });
    await person.button('Sync now').click();
    await expect(page.getByRole('alert')).toHaveCount(1);
    const age = page.locator('main time[data-age]').first();
    for (const [language, passes, said] of [
      ['en', '12:00', /1[2-9] minutes ago/],
      ['no_such language!', '20:00', /3[2-9] minutes ago/],
      ['', '20:00', /5[2-9] minutes ago/],
    ] as const) {
      await page.evaluate((lang) => document.documentElement.setAttribute('lang', lang), language);
      await page.clock.fastForward(passes);
      await expect(age).toHaveText(said);
    }
    expect(failures).toEqual([]);
  });

  test('keeps nothing of the pages that news have replaced', async ({ person, context }) => {
    const { page } = person;
    const id = await person.hasConnected(INSTANT_BANK);
    await page.addInitScript(standsInForStreams);
    const browser = await context.newCDPSession(page);
    for (const path of ['/', `/connections/${id}`]) {
      await person.open(path);
      // The server renders it once: it is the same each time.
      const body = await (await page.request.get(person.url(path))).text();
      await page.route(person.url(path), (route) => route.fulfill({ contentType: 'text/html', body }));
      await page.evaluate(refreshes, { id, times: 20 });
      const before = await held(browser);
      await page.evaluate(refreshes, { id, times: process.env.CONNECT_SOAK ? 180 : 20 });
      const after = await held(browser);
      // What a single page of these has is several times as much.
      expect(after.nodes - before.nodes, `nodes of ${path}`).toBeLessThan(100);
      expect(after.jsEventListeners - before.jsEventListeners, `listeners of ${path}`).toBeLessThan(20);
      await page.unroute(person.url(path));
    }
  });
});

/** What the page holds in memory, after all that nothing refers to is gone. */
async function held(browser: CDPSession): Promise<{ nodes: number; jsEventListeners: number }> {
  // What a first collection finalises, a second one takes away.
  for (let times = 0; times < 3; times += 1) await browser.send('HeapProfiler.collectGarbage');
  return browser.send('Memory.getDOMCounters');
}

/** Runs in the page: a stream that tells what a test wants it to, and no wait before an update. */
function standsInForStreams(): void {
  class Stream extends EventTarget {
    readonly readyState = 1;
    static readonly CLOSED = 2;
    constructor() {
      super();
      Reflect.set(window, 'stream', this);
    }
    close() {}
  }
  Reflect.set(window, 'EventSource', Stream);
  Math.random = () => 0;
}

/** Runs in the page: news of a connection, each time after the page has taken the last. */
async function refreshes({ id, times }: { id: string; times: number }): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    const before = document.querySelector('main');
    const data = JSON.stringify({ connectionId: id, version: 1_000_000 });
    const news = new MessageEvent('connection', { data, lastEventId: '1' });
    (Reflect.get(window, 'stream') as EventTarget).dispatchEvent(news);
    const isTaken = () => document.querySelector('main') !== before && document.documentElement.dataset.hydrated;
    while (!isTaken()) await new Promise((done) => setTimeout(done, 1));
  }
}
