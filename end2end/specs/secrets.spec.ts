// No key, secret or password is in anything that a browser downloads or keeps, nor in what the program prints. What the
// server answers without JavaScript, and the headers and cookies that it sets, are in server/tests/it.
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, ownPortal, test } from '../support/test';

const PASSWORD = 'hunter2-Bank-Issued-Pa55word';
const USERNAME = 'wc-username-of-the-bank';
const CUSTOMER_ID = 'customer-id-0815-of-the-bank';

test('a whole setup leaves no secret in the browser or in the log, and runs no foreign script', { tag: '@javascript' }, async ({
  person,
  place,
  simulator,
}) => {
  const downloads: { url: string; content: Buffer }[] = [];
  const reading: Promise<void>[] = [];
  const urls: string[] = [];
  const violations: string[] = [];
  person.page.on('request', (request) => urls.push(request.url()));
  person.page.on('console', (message) => {
    if (/content security policy/i.test(message.text())) violations.push(message.text());
  });
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
  expect(kinds).toEqual(expect.arrayContaining(['.js', '.wasm']));
  for (const secret of secrets) {
    const found = downloads.filter(({ content }) => content.includes(secret)).map(({ url }) => url);
    expect(found, `downloads that hold ${secret}`).toEqual([]);
    expect(urls.filter((url) => url.includes(secret)), `addresses that hold ${secret}`).toEqual([]);
  }

  const kept = JSON.stringify(await person.context.storageState());
  const inSession = await person.page.evaluate(() => JSON.stringify({ ...window.sessionStorage }));
  const printed = await readFile(place.log, 'utf8');
  for (const secret of secrets) {
    expect(kept.includes(secret), `cookies or storage hold ${secret}`).toBe(false);
    expect(inSession.includes(secret), `session storage holds ${secret}`).toBe(false);
    expect(printed.includes(secret), `the log holds ${secret}`).toBe(false);
  }

  await test.step('cookies are out of reach of scripts and of other sites', async () => {
    const cookies = await person.context.cookies();
    expect(cookies.length).toBeGreaterThan(0);
    for (const cookie of cookies) {
      expect(cookie.httpOnly, cookie.name).toBe(true);
      expect(cookie.sameSite, cookie.name).toMatch(/Lax|Strict/);
    }
  });

  await test.step('a page runs nothing but its own scripts', async () => {
    const response = await person.page.goto(person.url('/'));
    const policy = response?.headers()['content-security-policy'] ?? '';
    expect(policy).toMatch(/script-src[^;]*'nonce-/);
    expect(violations).toEqual([]);
  });
});

/** The simulated Waycore's keys, as they stand in the demo's own folder. */
async function keysBelow(folder: string): Promise<string[]> {
  const keys = new Set<string>();
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    // What is being written may have taken the place of its elder by now, under whose name it is read.
    const read = readFile(path.join(entry.parentPath, entry.name), 'latin1');
    const text = await read.catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      return '';
    });
    for (const [key] of text.matchAll(/(?:way_(?:live|test)_|whsec_)[0-9A-Za-z_]{8,}/g)) keys.add(key);
  }
  return [...keys];
}
