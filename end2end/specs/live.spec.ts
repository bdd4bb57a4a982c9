// Open pages change by themselves, and say so. How a stream begins and ends, who hears what, and how soon, is in
// server/tests/it/events.rs, server/tests/it/webhooks.rs and server/src/events/tests.rs.
import type { Page, Request, Route } from '@playwright/test';
import { NOW, SNAPSHOT, STREAM, answersAtOnce, opensListening, runsUntil } from '../support/events';
import { INSTANT_BANK, STANDARD_BANK } from '../support/person';
import type { StateChange } from '../support/simulator';
import { expect, ownPortal, test } from '../support/test';

const isSeen = (page: Page, state: DocumentVisibilityState) =>
  page.evaluate((value) => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => value });
    document.dispatchEvent(new Event('visibilitychange'));
  }, state);

test.describe('live', { tag: '@javascript' }, () => {
  test('list, activation and detail change by themselves and say what changed', async ({ person, simulator }) => {
    const { page } = person;
    const id = await person.hasBegunAt(STANDARD_BANK);
    await simulator.keepActivating(id);
    await person.open(`/connections/${id}/setup`);
    await person.sees('Activating your connection');
    const list = await person.inNewTab();
    await list.opensList();
    const row = list.listed(STANDARD_BANK.name);
    await expect(row).toContainText('Activating');

    await test.step('an activation that ends leads to the detail', async () => {
      await simulator.connect(id);
      await expect(person.heading(STANDARD_BANK.name)).toBeVisible();
      await expect(row).toContainText('Connected');
      await expect(list.page.locator('#announcer')).toHaveText(/Standard Test Bank is connected/);
    });

    await test.step('the detail follows each change', async () => {
      const changes = [
        ['errored', 'Error', 'Standard Test Bank: Error'],
        ['active', 'Connected', 'Standard Test Bank is connected'],
      ] as const;
      for (const [status, label, said] of changes) {
        await simulator.put(id, { status });
        await expect(person.status(label).first()).toBeVisible();
        await expect(page.locator('#announcer')).toContainText(said);
      }
    });

    await test.step('what somebody else begins and removes shows on the list', async () => {
      const begun = await person.hasBegun('Colleague Bank', ownPortal());
      await expect(list.listed('Colleague Bank')).toBeVisible();
      await person.posts('remove_connection', { connection_id: begun, confirmation: 'Colleague Bank' });
      await expect(list.listed('Colleague Bank')).toBeHidden();
      await expect(list.page.locator('#announcer')).toHaveText(/Colleague Bank: .*Removed/);
    });
  });

  test('a list that streams do not come through to changes all the same', async ({ person }) => {
    const { page, context } = person;
    await page.clock.install();
    await page.route(STREAM, (route) => route.fulfill({ status: 503, body: '' }));
    await person.hasBegunAt(STANDARD_BANK);
    await person.opensList();

    await test.step('what somebody else begins and removes shows', async () => {
      const begun = await person.hasBegun('Colleague Bank', ownPortal());
      await runsUntil(page, () => expect(person.listed('Colleague Bank')).toBeVisible(NOW));
      await person.posts('remove_connection', { connection_id: begun, confirmation: 'Colleague Bank' });
      await runsUntil(page, () => expect(person.listed('Colleague Bank')).toBeHidden(NOW));
      await expect(page.locator('#announcer')).toHaveText(/Colleague Bank: .*Removed/);
    });

    await test.step('what another customer does not have is not said to be removed', async () => {
      await expect(person.listed(STANDARD_BANK.name)).toBeVisible();
      const form = { user: 'bo', org: `${person.identity.org}-other`, role: 'manager' };
      await context.request.post(person.url('/demo/sign-in'), { form, maxRedirects: 0 });
      await runsUntil(page, () => expect(person.listed(STANDARD_BANK.name)).toBeHidden(NOW));
      await page.clock.runFor(10_000);
      await expect(page.locator('#announcer')).not.toContainText(STANDARD_BANK.name);
    });
  });

  test('a hidden page hears nothing, and catches up when it is seen again', async ({ person, simulator }) => {
    const { page } = person;
    await page.clock.install();
    const id = await person.hasBegunAt(STANDARD_BANK);
    await simulator.keepActivating(id);
    await opensListening(person, `/connections/${id}/setup`, 'Activating your connection');
    let asked = 0;
    page.on('request', (request) => {
      if (request.url().includes('/events')) asked += 1;
    });

    await test.step('it asks for nothing while it is hidden', async () => {
      await isSeen(page, 'hidden');
      await simulator.connect(id);
      // By then the server knows of the change, so that an open stream would carry it.
      const status = async () => {
        const { connection } = await person.posts('get_connection', { connection_id: id });
        return (connection as { status: string }).status;
      };
      await expect.poll(status).toBe('active');
      await page.clock.runFor(60_000);
      await person.sees('Activating your connection');
      expect(asked, 'nobody looks').toBe(0);
    });

    await test.step('it catches up', async () => {
      await isSeen(page, 'visible');
      await runsUntil(page, () => expect(person.heading(STANDARD_BANK.name)).toBeVisible(NOW));
      await person.ready();
    });

    await test.step('after half a day it is fetched anew, because what happened is not told for so long', async () => {
      await isSeen(page, 'hidden');
      await page.clock.fastForward('13:00:00');
      let fetched = false;
      page.on('request', (request) => (fetched ||= 'connect-after-news' in request.headers()));
      await isSeen(page, 'visible');
      await runsUntil(page, async () => expect(fetched).toBe(true));
    });
  });

  test('a page whose stream is refused asks every five seconds, says so while it is cut off, and listens again after a minute', async ({
    person,
    simulator,
  }) => {
    const { page } = person;
    const id = await person.hasBegunAt(STANDARD_BANK);
    await simulator.keepActivating(id);
    const asking = await stopsStreams(page, [(route) => route.fulfill({ status: 503, body: '' })]);
    let isCutOff = true;
    await page.route(SNAPSHOT, (route) => (isCutOff ? route.fulfill({ status: 503, body: '' }) : route.fallback()));
    await person.open(`/connections/${id}/setup`);
    await person.sees('Activating your connection');
    const complaint = page.getByText('Live updates are interrupted. Trying again.');

    await test.step('it says where everybody sees it that it is cut off, and takes it back', async () => {
      await asking.runsUntil(() => expect(complaint).toBeInViewport({ ratio: 1, ...NOW }));
      isCutOff = false;
      await asking.runsUntil(() => expect(complaint).not.toBeInViewport({ ratio: 1, ...NOW }));
    });

    await test.step('it listens again after a minute, and hears what happens', async () => {
      await asking.runsUntil(async () => expect(asking.asked.at(-1)).toBe('stream'));
      expect(asking.asked.join(' ')).toMatch(EVERY_FIVE_SECONDS);
      const { length } = asking.asked;
      await simulator.connect(id);
      await expect(person.heading(STANDARD_BANK.name)).toBeVisible();
      expect(asking.asked.slice(length), 'it was the stream that told').not.toContain('state');
    });
  });

  test('a page whose stream breaks three times in a row asks every five seconds, and listens again after a minute', async ({
    person,
    simulator,
  }) => {
    const { page } = person;
    const id = await person.hasBegunAt(STANDARD_BANK);
    await simulator.keepActivating(id);
    const asking = await stopsStreams(page, [
      // It ends before anything comes; a browser would come back in three seconds by its own clock.
      (route) => route.fulfill({ status: 200, contentType: 'text/event-stream', body: 'retry: 50\n\n' }),
      (route) => route.abort('connectionreset'),
      (route) => route.abort('connectionreset'),
    ]);
    const answers = new Set<number>();
    page.on('response', (response) => {
      if (SNAPSHOT.test(response.url())) answers.add(response.status());
    });
    await person.open(`/connections/${id}/setup`);
    await person.sees('Activating your connection');
    // It asks at once after the third.
    await expect.poll(() => asking.asked.slice(0, 3), { intervals: [20] }).toEqual(['stream', 'stream', 'stream']);
    await asking.runsUntil(async () => expect(asking.asked.at(-1)).toBe('state'));
    await asking.runsUntil(async () => expect(asking.asked.at(-1)).toBe('stream'));
    expect(asking.asked.slice(2).join(' ')).toMatch(EVERY_FIVE_SECONDS);
    expect([...answers]).toEqual([200]);
    await simulator.connect(id);
    await expect(person.heading(STANDARD_BANK.name)).toBeVisible();
  });

  test('a page whose person signs out in another tab asks who they are', async ({ person, simulator }) => {
    const { page, context } = person;
    await page.clock.install();
    const id = await person.hasBegunAt(STANDARD_BANK);
    await simulator.keepActivating(id);
    await opensListening(person, `/connections/${id}/setup`, 'Activating your connection');
    const ended = page.waitForEvent('requestfinished', (request) => STREAM.test(request.url()));
    const refused = page.waitForResponse((response) => STREAM.test(response.url()) && response.status() === 401);
    // The server knows a browser by its name.
    const headers = { 'user-agent': await page.evaluate(() => navigator.userAgent) };
    await context.request.post(person.url('/demo/sign-out'), { headers, maxRedirects: 0 });
    expect((await (await ended).response())?.status(), 'one that had begun').toBe(200);
    await refused;
    await runsUntil(page, () => expect(person.heading('Sign in to the demo')).toBeVisible(NOW));
    expect(new URL(page.url()).searchParams.get('return_to'), 'the way back').toBe(`/connections/${id}/setup`);
  });

  test('a page that makes room for a seventh stream comes back, is turned away, and asks instead', async ({
    person,
    simulator,
  }) => {
    const { page, context } = person;
    await page.clock.install();
    const id = await person.hasBegunAt(STANDARD_BANK);
    await simulator.keepActivating(id);
    await opensListening(person, '/', 'Bank connections');
    let ended = 0;
    page.on('requestfinished', (request) => {
      if (STREAM.test(request.url())) ended += 1;
    });
    const answers: number[] = [];
    page.on('response', (response) => {
      if (STREAM.test(response.url())) answers.push(response.status());
    });
    // The same person in as many browsers of the same name: one has no more than six connections to a site.
    const cookies = (await context.cookies()).map(({ name, value }) => `${name}=${value}`);
    const headers = { cookie: cookies.join('; '), 'user-agent': await page.evaluate(() => navigator.userAgent) };
    const over = new AbortController();
    const listens = async () => {
      const answer = await fetch(person.url('/events'), { headers, signal: over.signal });
      expect(answer.status).toBe(200);
      const stream = answer.body!.getReader();
      expect((await stream.read()).done, 'the present state comes first').toBe(false);
    };
    for (let more = 0; more < 5; more += 1) await listens();
    expect(ended, 'six are not too many').toBe(0);
    const madeRoom = page.waitForEvent('requestfinished', (request) => STREAM.test(request.url()));
    const turnedAway = page.waitForResponse((response) => STREAM.test(response.url()));
    await listens();
    await madeRoom;
    expect((await turnedAway).status(), 'to a browser this says not to come back').toBe(204);
    for (let times = 0; times < 2; times += 1) {
      const asked = page.waitForResponse(SNAPSHOT);
      await page.clock.runFor(5_000);
      expect((await asked).status()).toBe(200);
    }
    expect(answers, 'it takes no stream from another page').toEqual([204]);
    await simulator.connect(id);
    await runsUntil(page, () => expect(person.listed(STANDARD_BANK.name)).toContainText('Connected', NOW));
    over.abort();
  });

  test('news takes nothing away that is typed, unfolded, chosen or pressed', async ({ person, simulator }) => {
    const { page } = person;
    const id = await person.hasConnected(INSTANT_BANK);
    await page.clock.install();
    // Another page of the same person, which hears of everything at once.
    const other = await person.inNewTab();
    await other.opensList();
    const becomes = async (change: StateChange, label: string) => {
      await simulator.put(id, change);
      await expect(other.listed(INSTANT_BANK.name)).toContainText(label);
    };
    const shows = (label: string) => runsUntil(page, () => expect(person.status(label).first()).toBeVisible(NOW));
    await person.open(`/connections/${id}`);
    await person.sees(INSTANT_BANK.name);

    await test.step('what is being typed, and what was unfolded', async () => {
      await becomes({ status: 'reauthRequired' }, 'Reauthentication required');
      const username = person.textbox('Bank username');
      await username.fill('user-of-the-bank');
      const balance = page.getByRole('figure', { name: 'Balance', exact: true });
      await balance.getByText('Show the numbers').click();
      await becomes({ status: 'active' }, 'Connected');
      await page.clock.runFor(5_000);
      await expect(username).toHaveValue('user-of-the-bank');
      await expect(page.getByText('There is news. Show it'), 'it says that it waits').toBeInViewport({ ratio: 1 });
      await expect(page.getByText('There is news.')).toHaveRole('status');
      await username.fill('');
      await shows('Connected');
      await expect(page.getByText('There is news.')).toBeHidden();
      await expect(balance.locator('details')).toHaveAttribute('open', '');
    });

    await test.step('news that wait are shown to whoever wants them', async () => {
      await becomes({ status: 'reauthRequired' }, 'Reauthentication required');
      await shows('Reauthentication required');
      // As a password manager fills a form: by a script, without a key or a focus.
      await person.textbox('Password').evaluate((field: HTMLInputElement) => (field.value = 'filled in'));
      await becomes({ status: 'active' }, 'Connected');
      const show = page.getByRole('button', { name: 'Show it' });
      await runsUntil(page, () => expect(show).toBeVisible(NOW));
      await expect(person.status('Connected')).toHaveCount(0);
      await show.click();
      await expect(person.status('Connected').first()).toBeVisible();
      await expect(person.heading(INSTANT_BANK.name)).toBeFocused();
    });

    await test.step('what was chosen', async () => {
      const account = page.getByRole('combobox', { name: 'Account' });
      await account.selectOption({ index: 1 });
      const chosen = await account.inputValue();
      await becomes({ status: 'errored', errorCode: 'bank_down' }, 'Error');
      await page.clock.runFor(5_000);
      await expect(account).toHaveValue(chosen);
      await account.selectOption({ index: 0 });
      await shows('Error');
    });

    await test.step('what is being pressed', async () => {
      await person.opensList();
      await person.listed(INSTANT_BANK.name).getByRole('link').hover();
      await page.mouse.down();
      await becomes({ status: 'reauthRequired' }, 'Reauthentication required');
      await page.clock.runFor(5_000);
      await page.mouse.up();
      await person.sees(INSTANT_BANK.name);
    });
  });
});

/**
 * Requests after the last blocked stream: a state every five seconds for a minute, then the stream again. The page's clock
 * also runs by itself, so that there may be fewer than twelve; after news it asks at once, so that there may be one more.
 */
const EVERY_FIVE_SECONDS = /^stream (state ){6,14}stream$/;

/** Stops the first streams of a page on their way, one after the other, and notes what the page asks for. */
async function stopsStreams(page: Page, stops: ((route: Route) => Promise<void>)[]) {
  await page.clock.install();
  const asked: ('stream' | 'state')[] = [];
  const unanswered = new Set<Request>();
  const left = [...stops];
  await page.route(STREAM, (route) => (left.shift() ?? ((other: Route) => other.continue()))(route));
  await answersAtOnce(page);
  page.on('request', (request) => {
    if (STREAM.test(request.url())) asked.push('stream');
    if (!SNAPSHOT.test(request.url())) return;
    asked.push('state');
    unanswered.add(request);
  });
  page.on('requestfinished', (request) => unanswered.delete(request));
  page.on('requestfailed', (request) => unanswered.delete(request));
  /** Moves the clock on until something is so. It stands still while a question is answered, which a busy machine takes long for. */
  const runsUntil = (holds: () => Promise<void>) =>
    expect(async () => {
      if (unanswered.size === 0) await page.clock.runFor(2_500);
      await holds();
    }).toPass({ intervals: [20] });
  return { asked, runsUntil };
}
