// No key, secret or password is in anything that a browser downloads or keeps, nor in what the program prints.
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, ownPortal, test } from '../support/test';

const PASSWORD = 'hunter2-Bank-Issued-Pa55word';
const USERNAME = 'wc-username-of-the-bank';
const CUSTOMER_ID = 'customer-id-0815-of-the-bank';

test('a whole setup leaves no secret in the browser or in the log', async ({ person, place, simulator }) => {
  const downloads: { url: string; content: Buffer }[] = [];
  const reading: Promise<void>[] = [];
  const urls: string[] = [];
  person.page.on('request', (request) => urls.push(request.url()));
  person.page.on('response', (response) => {
    // A stream has no end; what it sends first is downloaded below.
    if (response.headers()['content-type']?.startsWith('text/event-stream')) return;
    const read = response.body().then(
      (content) => void downloads.push({ url: response.url(), content }),
      // A redirect has no body.
      () => undefined,
    );
    reading.push(read);
  });

  const id = await person.startsSetupOfUnlisted('Secret Bank', ownPortal());
  await person.finishesSetup({ username: USERNAME, customerId: CUSTOMER_ID, password: PASSWORD });
  await simulator.connect(id);
  await person.seesConnected('Secret Bank');
  await person.opensList();
  await Promise.all(reading);
  const events = person.url(`/events?snapshot&open=${id}`);
  downloads.push({ url: events, content: await (await person.context.request.get(events)).body() });

  const keys = await keysBelow(place.data);
  expect(keys.length).toBeGreaterThan(0);
  const secrets = [...keys, PASSWORD, USERNAME, CUSTOMER_ID];
  const kinds = downloads.map(({ url }) => path.extname(new URL(url).pathname));
  expect(kinds).toContain('.css');
  if (person.hasJavaScript) expect(kinds).toEqual(expect.arrayContaining(['.js', '.wasm']));
  for (const secret of secrets) {
    const found = downloads.filter(({ content }) => content.includes(secret)).map(({ url }) => url);
    expect(found, `downloads that hold ${secret}`).toEqual([]);
    expect(urls.filter((url) => url.includes(secret)), `addresses that hold ${secret}`).toEqual([]);
  }

  const kept = JSON.stringify(await person.context.storageState());
  const inSession = person.hasJavaScript
    ? await person.page.evaluate(() => JSON.stringify({ ...window.sessionStorage }))
    : '';
  const printed = await readFile(place.log, 'utf8');
  for (const secret of secrets) {
    expect(kept.includes(secret), `cookies or storage hold ${secret}`).toBe(false);
    expect(inSession.includes(secret), `session storage holds ${secret}`).toBe(false);
    expect(printed.includes(secret), `the log holds ${secret}`).toBe(false);
  }
});

test('cookies are out of reach of scripts and of other sites', async ({ person }) => {
  await person.opensList();
  const cookies = await person.context.cookies();
  expect(cookies.length).toBeGreaterThan(0);
  for (const cookie of cookies) {
    expect(cookie.httpOnly, cookie.name).toBe(true);
    expect(cookie.sameSite, cookie.name).toMatch(/Lax|Strict/);
  }
});

test('a page runs nothing but its own scripts', async ({ person }) => {
  const response = await person.page.goto(person.url('/'));
  const policy = response?.headers()['content-security-policy'] ?? '';
  expect(policy).toMatch(/script-src[^;]*'nonce-/);
  expect(policy).not.toContain("'unsafe-inline'");
  expect(policy).not.toMatch(/'unsafe-eval'/);
  const violations: string[] = [];
  person.page.on('console', (message) => {
    if (/content security policy/i.test(message.text())) violations.push(message.text());
  });
  await person.startsSetupOfUnlisted('Strict Bank', ownPortal());
  await person.finishesSetup();
  expect(violations).toEqual([]);
});

/** The simulated Waycore's keys, as they stand in the demo's own folder. */
async function keysBelow(folder: string): Promise<string[]> {
  const keys = new Set<string>();
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    // What is being written takes the place of its elder in a moment.
    if (!entry.isFile() || entry.name.endsWith('.new')) continue;
    const text = await readFile(path.join(entry.parentPath, entry.name), 'latin1');
    for (const [key] of text.matchAll(/(?:way_(?:live|test)_|whsec_)[0-9A-Za-z_]{8,}/g)) keys.add(key);
  }
  return [...keys];
}
