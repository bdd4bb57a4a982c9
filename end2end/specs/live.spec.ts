// Open pages change by themselves, and say so. The demo's Waycore delivers nothing: a change is found by watching.
import { STANDARD_BANK } from '../support/person';
import { expect, ownPortal, test } from '../support/test';

/** One look of the watcher's, and what follows it. */
const ONE_LOOK = { timeout: 8_000 };

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
  await expect(page.getByRole('heading', { level: 1, name: STANDARD_BANK.name })).toBeVisible(ONE_LOOK);
  await expect(row).toContainText('Connected', ONE_LOOK);
  await expect(list.locator('#announcer')).toHaveText(/Standard Test Bank: Connected/);

  // The detail is watched too: every five seconds where something may still happen by itself.
  await simulator.put(id, { status: 'errored', errorCode: 'bank_down' });
  await person.reload();
  await expect(person.status('Error')).toBeVisible();
  await simulator.put(id, { status: 'active' });
  await expect(person.status('Connected')).toBeVisible(ONE_LOOK);
  await expect(page.locator('#announcer')).toHaveText(/Standard Test Bank: Connected/);
});

test('a connection that somebody else removes or begins shows on the list', { tag: '@javascript' }, async ({
  person,
}) => {
  const { context } = person;
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
  await expect(person.page.locator('#announcer')).toHaveText(/Colleague Bank: .*Removed/);
});

test('nobody is told of what happens while the page is hidden, and it is caught up when it is seen again', {
  tag: '@javascript',
}, async ({ person, simulator }) => {
  const { page } = person;
  const id = await person.startsSetupOf(STANDARD_BANK);
  await simulator.keepActivating(id);
  await person.open(`/connections/${id}/setup`);
  await person.sees('Activating your connection');
  let streams = 0;
  page.on('request', (request) => {
    if (request.url().includes('/events')) streams += 1;
  });
  const setVisibility = (state: DocumentVisibilityState) =>
    page.evaluate((value) => {
      Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => value });
      document.dispatchEvent(new Event('visibilitychange'));
    }, state);
  await setVisibility('hidden');
  await simulator.connect(id);
  // Somebody else, who looks, hears of it; so it has been told.
  const other = await person.context.newPage();
  await other.goto(person.url(`/connections/${id}`));
  await expect(other.getByRole('heading', { level: 1, name: STANDARD_BANK.name })).toBeVisible();
  await person.sees('Activating your connection');
  expect(streams, 'nobody looks').toBe(0);
  await setVisibility('visible');
  await person.sees(STANDARD_BANK.name);
});

test('where streams do not come through, the page asks every five seconds, and listens again later', {
  tag: '@javascript',
}, async ({ person, simulator }) => {
  const { page } = person;
  await page.clock.install();
  const id = await person.startsSetupOf(STANDARD_BANK);
  await simulator.keepActivating(id);
  // A proxy that ends every stream.
  let broken = true;
  await page.route(/\/events\?(?!.*snapshot)/, (route) =>
    broken ? route.fulfill({ status: 503, body: '' }) : route.continue(),
  );
  await person.open(`/connections/${id}/setup`);
  await person.sees('Activating your connection');
  const asked = page.waitForResponse(/\/events\?.*snapshot/);
  await page.clock.fastForward(5_000);
  expect((await asked).status()).toBe(200);
  broken = false;
  const listens = page.waitForRequest(/\/events\?(?!.*snapshot)/);
  for (let poll = 0; poll < 12; poll += 1) {
    const answered = page.waitForResponse(/\/events/);
    await page.clock.fastForward(5_000);
    await answered;
  }
  await listens;
  await simulator.connect(id);
  await expect(page.getByRole('heading', { level: 1, name: STANDARD_BANK.name })).toBeVisible(ONE_LOOK);
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
  await expect(page.getByRole('main').getByText('Connected', { exact: true }).first()).toBeVisible(ONE_LOOK);
});
