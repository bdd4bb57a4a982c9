// A hundred texts that would do something if a page took them for more than text, in every field that a person or
// Waycore fills in: rendered by the server, and by the islands.
import type { Page } from '@playwright/test';
import { Person } from '../support/person';
import { Simulator } from '../support/simulator';
import { expect, test } from '../support/test';

/** Each would leave an element with the marker behind, run `pwned`, or lead somewhere by a script. */
const MARK = 'data-pwned';
const ELEMENTS = [
  `<script ${MARK}>pwned=1</script>`,
  `<img src=x onerror=pwned=1 ${MARK}>`,
  `<svg onload=pwned=1 ${MARK}>`,
  `<a href=javascript:pwned=1 ${MARK}>x</a>`,
  `<iframe srcdoc="<script>parent.pwned=1</script>" ${MARK}>`,
  `<input autofocus onfocus=pwned=1 ${MARK}>`,
  `<details open ontoggle=pwned=1 ${MARK}>`,
  `<style ${MARK}>*{display:none}</style>`,
  `<base href=//evil.example ${MARK}>`,
  `<form action=//evil.example ${MARK}><button>`,
  `<link rel=stylesheet href=//evil.example ${MARK}>`,
  `<object data=javascript:pwned=1 ${MARK}>`,
  `<meta http-equiv=refresh content=0;//evil.example ${MARK}>`,
  `<math><mtext><img src=x onerror=pwned=1 ${MARK}>`,
  `<template><p ${MARK}></template><p ${MARK}>`,
  `<b ${MARK}>`,
];
const BEFORE = ['', '">', "'>", '--></title></textarea></noscript></script>', '" onmouseover=pwned=1 x="', '\\u003c/p>'];
const ALONE = ['javascript:pwned=1', '{{pwned=1}}', '${pwned=1}', '</script><script>pwned=1</script>'];
const TEXTS = [...BEFORE.flatMap((before) => ELEMENTS.map((element) => before + element)), ...ALONE];

test.setTimeout(300_000);

test('a hundred hostile texts', () => {
  expect(new Set(TEXTS).size).toBe(100);
});

/** The page is as if the text were a name like any other. */
async function isHarmless(page: Page, where: string): Promise<void> {
  const found = await page.locator(`[${MARK}], [onmouseover], a[href^="javascript:" i]`).count();
  expect(found, where).toBe(0);
}

/** Fails the test as soon as anything ran, or was stopped by the content security policy when it tried to. */
async function watch(person: Person): Promise<string[]> {
  const trouble: string[] = [];
  person.page.on('console', (message) => {
    if (/content security policy/i.test(message.text())) trouble.push(message.text());
  });
  person.page.on('dialog', (dialog) => void trouble.push(dialog.message()));
  person.page.on('request', (request) => {
    if (new URL(request.url()).hostname === 'evil.example') trouble.push(request.url());
  });
  return trouble;
}

async function ran(person: Person): Promise<boolean> {
  return person.hasJavaScript ? person.page.evaluate(() => 'pwned' in window) : false;
}

test('names and addresses that a person types', async ({ person }) => {
  const trouble = await watch(person);
  for (const [number, text] of TEXTS.entries()) {
    const answer = await person.context.request.post(person.url('/api/start_connection'), {
      form: {
        requested_name: text.slice(0, 100),
        portal_url: `https://portal-${number}.example/?${encodeURIComponent(text)}`,
        not_listed: 'true',
      },
      headers: { accept: 'application/json' },
    });
    expect(answer.status(), text).toBe(200);
  }
  await person.opensList();
  const row = person.listed('<b').first();
  await expect(row).toBeVisible();
  await isHarmless(person.page, 'the list');
  await row.getByRole('link').click();
  await person.sees('Create the delegated user');
  await isHarmless(person.page, 'a setup');
  for (const text of TEXTS) {
    await person.page.goto(person.url(`/new?query=${encodeURIComponent(text)}`));
    await isHarmless(person.page, `the search for ${text}`);
  }
  expect(await ran(person)).toBe(false);
  expect(trouble).toEqual([]);
});

test('what is sent back with a message', { tag: '@javascript' }, async ({ person }) => {
  const trouble = await watch(person);
  for (const text of TEXTS) {
    await person.open('/new?unlisted=true');
    await person.fillsInUnlistedBank(text, text);
    await person.textbox('Bank portal URL').press('Enter');
    await expect(person.textbox('Bank portal URL')).toHaveAttribute('aria-invalid', 'true');
    await person.ready();
    await expect(person.textbox('Bank portal URL')).toHaveValue(text);
    await isHarmless(person.page, text);
  }
  expect(await ran(person)).toBe(false);
  expect(trouble).toEqual([]);
});

test('what the bank issued', { tag: '@javascript' }, async ({ person }) => {
  const trouble = await watch(person);
  await person.startsSetupOfUnlisted('Hostile Bank', `https://${person.identity.org}.example/`);
  await person.saysThatUserExists();
  for (const text of TEXTS) {
    await person.fillsIn({ username: text, customerId: text, password: text });
    await person.button('Finish setup').click();
    await expect(person.textbox('Password')).toHaveValue('');
    await person.ready();
    await expect(person.textbox('Bank username')).toHaveValue(text);
    await isHarmless(person.page, text);
  }
  expect(await ran(person)).toBe(false);
  expect(trouble).toEqual([]);
});

test('addresses of pages', { tag: '@javascript' }, async ({ person }) => {
  const trouble = await watch(person);
  for (const text of TEXTS) {
    const encoded = encodeURIComponent(text);
    for (const path of [
      `/?status=${encoded}&cursor=${encoded}`,
      `/new?draft=${encoded}&institution=${encoded}`,
      `/connections/${encoded}?step=${encoded}`,
      `/demo/sign-in?return_to=${encoded}`,
    ]) {
      const answer = await person.context.request.get(person.url(path));
      const html = await answer.text();
      expect(html.includes(` ${MARK}`) && !html.includes('&lt;') && html.includes(text), path).toBe(false);
      expect(html, path).not.toContain(`<b ${MARK}`);
    }
  }
  await person.page.goto(person.url(`/connections/${encodeURIComponent(TEXTS[0] ?? '')}`));
  await isHarmless(person.page, 'a page that is not there');
  expect(trouble).toEqual([]);
});

test('what Waycore says', async ({ browser, playwright, startOwnDemo, javaScriptEnabled }) => {
  const demo = await startOwnDemo();
  const context = await browser.newContext({ javaScriptEnabled: javaScriptEnabled ?? true });
  const identity = { user: TEXTS[20] ?? '', org: 'acme' };
  const person = new Person(await context.newPage(), context, identity, demo.place.url, javaScriptEnabled ?? true);
  await person.signIn();
  const simulator = new Simulator(await playwright.request.newContext(), demo.place.simulator);
  const trouble = await watch(person);
  const id = await person.startsSetupOfUnlisted('Hostile Bank', 'https://hostile.example/');
  const entityId = await simulator.entityOf(id);
  // Later than what is known already: an older state would be taken for a late answer.
  const at = new Date(Date.now() + 60_000).toISOString();
  const answers = async (path: string, body: unknown) => {
    await simulator.failForEverybody({ match: { method: 'GET', path }, effect: { status: 200, body } });
  };
  const page = (data: unknown[]) => ({
    data,
    pagination: { hasMore: false, nextCursor: null },
    meta: { requestId: 'r' },
  });
  for (const text of TEXTS) {
    const connection = {
      id, entityId, institutionId: text, institutionName: text, portalUrl: text, createdAt: at, updatedAt: at,
      errorCode: text, errorMessage: text, syncStatus: text,
    };
    const instructions = {
      firstName: text, lastName: text, address: text, username: text, email: text, phoneNumber: text,
      emailProvisioningStatus: text, phoneNumberProvisioningStatus: text,
    };
    const setup = { status: text, instructions, credentialsPresent: false, actionRequiredBy: 'endUser', nextAction: 'createDelegatedUser' };
    await answers(`/v1/connections/${id}`, { ...connection, kind: 'setup', status: 'draft', setup });
    await person.opensUntil(`/connections/${id}/setup`, () =>
      expect(person.detail('First name')).toHaveText(text.trim(), { timeout: 2_000 }),
    );
    await isHarmless(person.page, `a setup with ${text}`);
    await simulator.recover();

    const account = {
      id: text, connectionId: id, type: text, currency: 'EUR', name: text, status: text, createdAt: at, updatedAt: at,
      maskedNumber: text, currentBalance: '1.00',
    };
    const movement = {
      id: text, connectionId: id, accountId: text, status: text, updatedAt: at, amount: '1.00', currency: 'EUR',
      entryType: text, description: text,
    };
    await answers(`/v1/connections/${id}`, { ...connection, kind: 'ready', status: 'errored' });
    await answers('/v1/accounts', page([account]));
    await answers('/v1/transactions', page([movement]));
    await person.opensUntil(`/connections/${id}`, () =>
      expect(person.region('Accounts').getByRole('listitem')).toHaveCount(1, { timeout: 2_000 }),
    );
    await isHarmless(person.page, `a connection with ${text}`);
    await simulator.recover();
  }
  await isHarmless(person.page, 'a connection');
  expect(await ran(person)).toBe(false);
  expect(trouble).toEqual([]);
  await context.close();
});

// The catalog is read once an hour, so that no test can put a bank into it: what the browser hears is answered instead.
test('names in the catalog', { tag: '@javascript' }, async ({ person }) => {
  const trouble = await watch(person);
  const institutions = TEXTS.map((text, number) => ({
    institutionId: `bank-${number}`, name: text, domain: text, portals: [text, `https://bank-${number}.example/`],
  }));
  await person.startsConnecting();
  await person.page.route(
    (url) => url.pathname.endsWith('/api/search_institutions'),
    (route) => route.fulfill({ json: { institutions } }),
  );
  for (const [number, text] of TEXTS.entries()) {
    // Every text is marked as what was typed, too.
    await person.page.getByRole('combobox', { name: 'Bank', exact: true }).fill(text);
    await expect(person.page.getByRole('option')).toHaveCount(TEXTS.length);
    await isHarmless(person.page, `the options for ${text}`);
    await person.page.getByRole('option').nth(number).click();
    await expect(person.page.getByRole('radiogroup', { name: 'Bank portal' }).getByRole('radio')).toHaveCount(2);
    await isHarmless(person.page, `the bank ${text}`);
  }
  expect(await ran(person)).toBe(false);
  expect(trouble).toEqual([]);
});
