// Open pages change by themselves, and say so. The demo's Waycore delivers nothing: a change is found by watching.
import type { Page, Request, Route } from '@playwright/test';
import { STANDARD_BANK, type Person } from '../support/person';
import { expect, ownPortal, test } from '../support/test';

/** A page listens, or asks for the present state once. */
const STREAM = /\/events\?(?!.*snapshot)/;
const SNAPSHOT = /\/events\?.*snapshot/;

const isSeen = (page: Page, state: DocumentVisibilityState) =>
  page.evaluate((value) => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => value });
    document.dispatchEvent(new Event('visibilitychange'));
  }, state);

test('list, activation and detail change by themselves and say what changed', { tag: '@javascript' }, async ({
  person,
  simulator,
}) => {
  const { page, context } = person;
  const id = await person.startsSetupOf(STANDARD_BANK);
  await simulator.keepActivating(id);
  await person.open(`/connections/${id}/setup`);
  await person.sees('Activating your connection');
  const list = await context.newPage();
  await list.goto(person.url('/'));
  const row = list.getByRole('main').getByRole('listitem').filter({ hasText: STANDARD_BANK.name });
  await expect(row).toContainText('Activating');

  await simulator.connect(id);
  await expect(page.getByRole('heading', { level: 1, name: STANDARD_BANK.name })).toBeVisible();
  await expect(row).toContainText('Connected');
  await expect(list.locator('#announcer')).toHaveText(/Standard Test Bank: Connected/);

  // The detail is watched too: every five seconds where something may still happen by itself.
  await simulator.put(id, { status: 'errored', errorCode: 'bank_down' });
  await person.reload();
  await expect(person.status('Error')).toBeVisible();
  await simulator.put(id, { status: 'active' });
  await expect(person.status('Connected')).toBeVisible();
  await expect(page.locator('#announcer')).toHaveText(/Standard Test Bank: Connected/);
});

for (const comesThrough of [true, false]) {
  const where = comesThrough ? 'shows on the list' : 'shows on the list where streams do not come through';
  test(`a connection that somebody else removes or begins ${where}`, { tag: '@javascript' }, async ({ person }) => {
    const { context, page } = person;
    if (!comesThrough) await page.route(STREAM, (route) => route.fulfill({ status: 503, body: '' }));
    await person.opensList();
    const other = await context.newPage();
    const start = (form: Record<string, string>) =>
      other.request.post(person.url('/api/start_connection'), { form, headers: { accept: 'application/json' } });
    const answer = await start({ requested_name: 'Colleague Bank', portal_url: ownPortal(), unlisted: 'true' });
    const { connection } = (await answer.json()) as { connection: { id: string } };
    await expect(person.listed('Colleague Bank')).toBeVisible();
    await other.request.post(person.url('/api/remove_connection'), {
      form: { connection_id: connection.id, confirmation: 'Colleague Bank' },
      headers: { accept: 'application/json' },
    });
    await expect(person.listed('Colleague Bank')).toBeHidden();
    await expect(page.locator('#announcer')).toHaveText(/Colleague Bank: .*Removed/);
  });
}

test('nobody is told of what happens while the page is hidden, and it is caught up when it is seen again', {
  tag: '@javascript',
}, async ({ person, simulator }) => {
  const { page } = person;
  const id = await person.startsSetupOf(STANDARD_BANK);
  await simulator.keepActivating(id);
  await page.goto('about:blank');
  const begun = page.waitForResponse(STREAM);
  await person.open(`/connections/${id}/setup`);
  await person.sees('Activating your connection');
  await begun;
  let streams = 0;
  page.on('request', (request) => {
    if (request.url().includes('/events')) streams += 1;
  });
  await isSeen(page, 'hidden');
  await simulator.connect(id);
  // Somebody else, who looks, hears of it; so it has been told.
  const other = await person.context.newPage();
  await other.goto(person.url(`/connections/${id}`));
  await expect(other.getByRole('heading', { level: 1, name: STANDARD_BANK.name })).toBeVisible();
  await person.sees('Activating your connection');
  expect(streams, 'nobody looks').toBe(0);
  await isSeen(page, 'visible');
  await person.sees(STANDARD_BANK.name);
});

/** What may stand between a browser and the server: it refuses every stream, or breaks it, or passes nothing on. */
const IN_BETWEEN = [
  { how: 'are refused', tries: 1, stop: (route: Route) => route.fulfill({ status: 503, body: '' }) },
  { how: 'break', tries: 3, stop: (route: Route) => route.abort('connectionreset') },
  {
    how: 'end before anything comes',
    tries: 3,
    stop: (route: Route) => route.fulfill({ status: 200, contentType: 'text/event-stream', body: '' }),
  },
];

for (const { how, tries, stop } of IN_BETWEEN) {
  test(`where streams ${how}, the page asks every five seconds, and listens again after a minute`, {
    tag: '@javascript',
  }, async ({ person, simulator }) => {
    const { page } = person;
    await page.clock.install();
    const id = await person.startsSetupOf(STANDARD_BANK);
    await simulator.keepActivating(id);
    // The page before may only now begin to listen, and is not the one that is stopped.
    await page.goto('about:blank');
    const stopped = new Set<Request>();
    await page.route(STREAM, async (route) => {
      if (stopped.size === tries) return route.continue();
      stopped.add(route.request());
      await stop(route);
    });
    const asked: string[] = [];
    page.on('request', (request) => {
      if (SNAPSHOT.test(request.url())) asked.push('state');
      if (STREAM.test(request.url())) asked.push('stream');
    });
    // The browser comes back to a broken stream by itself, and by its own clock.
    const over = new Promise<void>((resolve) => {
      const ended = (request: Request) => {
        if (stopped.size === tries && request === [...stopped].at(-1)) resolve();
      };
      page.on('requestfailed', ended);
      page.on('requestfinished', ended);
    });
    const answers = new Set<number>();
    page.on('response', (response) => {
      if (SNAPSHOT.test(response.url())) answers.add(response.status());
    });
    await person.open(`/connections/${id}/setup`);
    await person.sees('Activating your connection');
    await over;
    const inASecond = async () => {
      await page.clock.runFor(1_000);
      return asked.at(-1);
    };
    for (const next of ['state', 'stream']) await expect.poll(inASecond, { intervals: [20], timeout: 60_000 }).toBe(next);
    // The clock goes on while a question is answered, so that there may be fewer than twelve.
    expect(asked.join(' ')).toMatch(new RegExp(`^(stream ){${tries}}(state ){6,13}stream$`));
    expect([...answers]).toEqual([200]);
    const questions = asked.length - tries - 1;
    await simulator.connect(id);
    await expect(page.getByRole('heading', { level: 1, name: STANDARD_BANK.name })).toBeVisible();
    expect(asked.filter((what) => what === 'state').length, 'it was the stream that told').toBe(questions);
  });
}

test('a stream ends when its person signs out in another tab, and the page asks who they are', {
  tag: '@javascript',
}, async ({ person, meet, simulator }) => {
  const { page, context } = person;
  const id = await person.startsSetupOf(STANDARD_BANK);
  await simulator.keepActivating(id);
  await person.open(`/connections/${id}/setup`);
  await person.sees('Activating your connection');
  const colleague = await meet({ user: 'sam' });
  await colleague.open(`/connections/${id}/setup`);
  await colleague.sees('Activating your connection');
  const other = await context.newPage();
  await other.goto(person.url('/'));
  const ended = page.waitForEvent('requestfinished', (request) => STREAM.test(request.url()));
  const refused = page.waitForResponse((response) => STREAM.test(response.url()) && response.status() === 401);
  await other.getByRole('link', { name: 'Sign out', exact: true }).click();
  expect((await (await ended).response())?.status(), 'one that had begun').toBe(200);
  await refused;
  await expect(page.getByRole('heading', { level: 1, name: 'Sign in to the demo' })).toBeVisible();
  expect(new URL(page.url()).searchParams.get('return_to'), 'the way back').toBe(`/connections/${id}/setup`);
  // Whoever else looks is still told.
  await simulator.connect(id);
  await expect(colleague.heading(STANDARD_BANK.name)).toBeVisible();
});

test('one person has six streams, and a page that has to make room for a seventh comes back and hears what happens', {
  tag: '@javascript',
}, async ({ person, simulator }) => {
  const { page, context } = person;
  const id = await person.startsSetupOf(STANDARD_BANK);
  await simulator.keepActivating(id);
  const begun = page.waitForResponse(/\/events\?open=&/);
  await person.opensList();
  await begun;
  let ended = 0;
  page.on('requestfinished', (request) => {
    if (STREAM.test(request.url())) ended += 1;
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
  const back = page.waitForRequest(/\/events\?/);
  await listens();
  await back;
  expect(ended, 'the oldest made room').toBe(1);
  await simulator.connect(id);
  await expect(person.listed(STANDARD_BANK.name)).toContainText('Connected');
  over.abort();
});

test('a page that nobody saw for half a day is fetched anew', { tag: '@javascript' }, async ({ person }) => {
  const { page } = person;
  await page.clock.install();
  await person.opensList();
  await isSeen(page, 'hidden');
  await page.clock.fastForward('13:00:00');
  // Longer than what happened is told again.
  const fetched = page.waitForRequest((request) => 'connect-after-news' in request.headers());
  await isSeen(page, 'visible');
  await fetched;
});

test('news never takes away what is being typed', { tag: '@javascript' }, async ({ person, simulator }) => {
  const { page } = person;
  const id = await person.startsSetupOfUnlisted('Typing Bank', ownPortal());
  await simulator.put(id, { kind: 'ready', status: 'reauthRequired', syncStatus: 'idle' });
  await person.open(`/connections/${id}`);
  await person.textbox('Bank username').fill('user-of-the-bank');
  await simulator.connect(id);
  // Another page of the same person has heard of it by now.
  const other = await person.context.newPage();
  await other.goto(person.url('/'));
  await expect(other.getByRole('main').getByRole('listitem').filter({ hasText: 'Typing Bank' })).toContainText(
    'Connected',
  );
  await expect(person.textbox('Bank username')).toHaveValue('user-of-the-bank');
  await person.textbox('Bank username').fill('');
  await expect(page.getByRole('main').getByText('Connected', { exact: true }).first()).toBeVisible();
});

test('news takes nothing away while it is being pressed', { tag: '@javascript' }, async ({ person, simulator }) => {
  const { page } = person;
  const id = await person.startsSetupOf(STANDARD_BANK);
  await simulator.keepActivating(id);
  await person.opensList();
  await person.listed(STANDARD_BANK.name).getByRole('link').hover();
  await page.mouse.down();
  const other = await person.context.newPage();
  await other.goto(person.url('/'));
  const elsewhere = other.getByRole('main').getByRole('listitem').filter({ hasText: STANDARD_BANK.name });
  for (const [status, label] of [['active', 'Connected'], ['reauthRequired', 'Reauthentication required']] as const) {
    await simulator.put(id, { kind: 'ready', status });
    // Whoever looks is told, and with them everybody.
    await other.reload();
    await expect(elsewhere).toContainText(label);
  }
  await page.mouse.up();
  await person.sees(STANDARD_BANK.name);
});

test('news takes away neither a choice nor what was unfolded', { tag: '@javascript' }, async ({ person, simulator }) => {
  const { context, page } = person;
  test.slow();
  const id = await person.connects(STANDARD_BANK);
  const other = await context.newPage();
  await other.goto(person.url('/'));
  const elsewhere = other.getByRole('main').getByRole('listitem').filter({ hasText: STANDARD_BANK.name });
  const breaks = async () => {
    await simulator.put(id, { status: 'errored', errorCode: 'bank_down' });
    await person.reload();
    await expect(person.status('Error')).toBeVisible();
  };
  await breaks();
  const numbers = page.locator('main details').first();
  await numbers.locator('summary').click();
  await simulator.put(id, { status: 'active' });
  await expect(person.status('Connected')).toBeVisible();
  await expect(numbers).toHaveAttribute('open', '');

  await breaks();
  const account = page.getByRole('combobox', { name: 'Account' });
  await account.selectOption({ index: 1 });
  const chosen = await account.inputValue();
  await simulator.put(id, { status: 'active' });
  await expect(elsewhere).toContainText('Connected');
  await expect(account).toHaveValue(chosen);
  await account.selectOption({ index: 0 });
  await expect(person.status('Connected')).toBeVisible();
});

test('seven pages of one person do not take the streams from each other again and again', {
  tag: '@javascript',
}, async ({ person, meet, simulator }) => {
  const id = await person.startsSetupOf(STANDARD_BANK);
  await simulator.keepActivating(id);
  // A page of the same person that would listen, too.
  await person.page.goto('about:blank');
  let streams = 0;
  let turnedAway = 0;
  const listens = async () => {
    const same = await meet({ user: person.identity.user });
    same.page.on('response', (response) => {
      if (!STREAM.test(response.url())) return;
      streams += 1;
      turnedAway += Number(response.status() === 204);
    });
    const begun = same.page.waitForResponse(STREAM);
    await same.opensList();
    await begun;
    return same;
  };
  const people: Person[] = [];
  for (let number = 0; number < 7; number += 1) people.push(await listens());
  const [first] = people;
  // The first had to make room. It comes back, is told that there is none, and asks instead.
  await expect.poll(() => turnedAway).toBe(1);
  await first?.page.waitForResponse(SNAPSHOT);
  await first?.page.waitForResponse(SNAPSHOT);
  expect(streams, 'ten seconds later').toBe(8);
  await simulator.connect(id);
  for (const somebody of people) await expect(somebody.listed(STANDARD_BANK.name)).toContainText('Connected');
});

test('a page that is cut off says so where everybody sees it, and takes it back', { tag: '@javascript' }, async ({
  person,
}) => {
  const { page } = person;
  await page.clock.install();
  let broken = true;
  await page.route(/\/events\?/, (route) => (broken ? route.fulfill({ status: 503, body: '' }) : route.continue()));
  await person.opensList();
  const complaint = page.getByText('Live updates are interrupted. Trying again.');
  const asks = async () => {
    const answered = page.waitForResponse(SNAPSHOT);
    await page.clock.fastForward(5_000);
    await answered;
  };
  await asks();
  await expect(complaint).toBeInViewport({ ratio: 1 });
  broken = false;
  await asks();
  await expect(complaint).not.toBeInViewport({ ratio: 1 });
});
