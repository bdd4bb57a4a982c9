// Cross-site scripting payloads in content that code in the browser renders: search results, drafts, announcements, and
// pages that soft navigation puts in place. Each text in each page of the server's is in
// server/tests/it/hostile_text.rs.
import type { Page } from '@playwright/test';
import type { Person } from '../support/person';
import { expect, ownPortal, test } from '../support/test';

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
/** All payloads joined, for fields without a short limit. */
const ALL_AT_ONCE = TEXTS.join(' ');
/** One payload per escape context: code in the browser renders all payloads in the same way. */
const ONE_OF_EACH = BEFORE.map((before, number) => before + ELEMENTS[number]);
const TRIED = process.env.CONNECT_SOAK ? TEXTS : ONE_OF_EACH;

if (process.env.CONNECT_SOAK) test.setTimeout(600_000);

/** The page is as if the text were a name like any other. */
async function isHarmless(page: Page, where: string): Promise<void> {
  const found = await page.locator(`[${MARK}], [onmouseover], a[href^="javascript:" i]`).count();
  expect(found, where).toBe(0);
}

/** Notes what ran, and what the content security policy stopped when it tried to. */
function watch(person: Person): string[] {
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

async function nothingRan(person: Person, trouble: string[]): Promise<void> {
  expect(await person.page.evaluate(() => 'pwned' in window)).toBe(false);
  expect(trouble).toEqual([]);
}

test('what a person types is text', { tag: '@javascript' }, async ({ meet }) => {
  const person = await meet({ user: ONE_OF_EACH[1] ?? '' });
  const trouble = watch(person);
  await test.step('beside a message, and in a draft', async () => {
    for (const text of TRIED) {
      await person.open('/new?unlisted=true');
      await person.fillsInUnlistedBank(text, text);
      await person.textbox('Bank portal URL').press('Enter');
      await expect(person.textbox('Bank portal URL')).toHaveAttribute('aria-invalid', 'true');
      await person.ready();
      await expect(person.textbox('Bank portal URL')).toHaveValue(text);
      await isHarmless(person.page, text);
    }
    await person.opensList();
    await expect(person.button('Discard draft')).toHaveCount(TRIED.length);
    for (const text of TRIED) await expect(person.listed(text).first()).toBeVisible();
    await isHarmless(person.page, 'the drafts');
  });
  await test.step('of what the bank issued', async () => {
    const id = await person.hasBegun('Hostile Bank', ownPortal());
    await person.open(`/connections/${id}/setup?step=finish`);
    for (const text of TRIED) {
      await person.fillsIn({ username: text, customerId: text, password: text });
      // Without its marks the form is sent, so that the server refuses it and the answer is put in place.
      await person.page.locator('[data-missing]').evaluateAll((boxes) => boxes.forEach((box) => box.removeAttribute('data-missing')));
      await person.button('Finish setup').click();
      await expect(person.textbox('Password')).toHaveValue('');
      await person.ready();
      await expect(person.textbox('Bank username')).toHaveValue(text);
      await isHarmless(person.page, text);
    }
  });
  await nothingRan(person, trouble);
});

test('what Waycore says is text', { tag: '@javascript' }, async ({ startAlone }) => {
  // Alone, because accounts and transactions are answered so to everybody.
  const { person, simulator } = await startAlone();
  const trouble = watch(person);
  const id = await person.hasBegun('Hostile Bank', ownPortal());
  const entityId = await simulator.entityOf(id);
  let moment = Date.now() + 60_000;
  /** From now on Waycore says this of the connection, and has just changed it. */
  const says = async (text: string, kind: 'setup' | 'ready') => {
    // Later than what is known already: an older state would be taken for a late answer.
    const at = new Date((moment += 1_000)).toISOString();
    const instructions = {
      firstName: text, lastName: text, address: text, username: text, email: text, phoneNumber: text,
      emailProvisioningStatus: text, phoneNumberProvisioningStatus: text,
    };
    const setup = { status: text, instructions, credentialsPresent: false, actionRequiredBy: 'endUser', nextAction: 'createDelegatedUser' };
    const connection = {
      id, entityId, institutionId: text.slice(0, 100), institutionName: text, portalUrl: 'javascript:pwned=1', createdAt: at, updatedAt: at,
      errorCode: text, errorMessage: text, syncStatus: text,
      ...(kind === 'setup' ? { kind, status: 'draft', setup } : { kind, status: 'errored' }),
    };
    await simulator.recovers(id);
    await simulator.fail({ match: { method: 'GET', path: `/v1/connections/${id}`, connectionId: id }, effect: { status: 200, body: connection } });
  };
  const page = (row: unknown) => ({
    data: [row],
    pagination: { hasMore: false, nextCursor: null },
    meta: { requestId: 'r' },
  });

  for (const text of process.env.CONNECT_SOAK ? [ALL_AT_ONCE, ...TEXTS] : [ALL_AT_ONCE]) {
    await says(text, 'setup');
    await person.opensUntil(`/connections/${id}/setup`, () =>
      expect(person.detail('First name')).toHaveText(text.trim(), { timeout: 2_000 }),
    );
    await isHarmless(person.page, `a setup with ${text}`);
  }
  await test.step('where an open page changes by itself and says so', async () => {
    const text = `Another ${ALL_AT_ONCE}`;
    await says(text, 'setup');
    await expect(person.detail('First name')).toHaveText(text);
    await expect(person.page.locator('#announcer')).toContainText(text);
    await isHarmless(person.page, 'a page that changed');
  });
  await test.step('of accounts and transactions', async () => {
    const text = ALL_AT_ONCE;
    const at = new Date(moment).toISOString();
    const account = {
      id: 'account', connectionId: id, type: text, currency: 'EUR', name: text, status: text, createdAt: at, updatedAt: at,
      maskedNumber: text, currentBalance: '1.00',
    };
    const movement = {
      id: 'movement', connectionId: id, accountId: 'account', status: text, updatedAt: at, amount: '1.00', currency: 'EUR',
      entryType: text, description: text,
    };
    await says(text, 'ready');
    for (const [path, row] of [['/v1/accounts', account], ['/v1/transactions', movement]] as const) {
      await simulator.failForEverybody({ match: { method: 'GET', path }, effect: { status: 200, body: page(row) } });
    }
    await person.opensUntil(`/connections/${id}`, async () => {
      await expect(person.region('Accounts').getByRole('listitem')).toHaveCount(1, { timeout: 2_000 });
      await expect(person.transactions().first()).toContainText(text, { timeout: 2_000 });
    });
    await isHarmless(person.page, 'a connection');
  });
  await nothingRan(person, trouble);
});

// The catalog is read once an hour, so that no test can put a bank into it: what the browser hears is answered instead.
test('names in the catalog are text', { tag: '@javascript' }, async ({ person }) => {
  const trouble = watch(person);
  const institutions = TEXTS.map((text, number) => ({
    institutionId: `bank-${number}`, name: text, domain: text, portals: [text, `https://bank-${number}.example/`],
    // Every other one as if it had been typed.
    ...(number % 2 ? { nameParts: ['', text, ''], domainParts: ['', text, ''] } : {}),
  }));
  await person.startsConnecting();
  await person.page.route(
    (url) => url.pathname.endsWith('/api/search_institutions'),
    (route) => route.fulfill({ json: { institutions } }),
  );
  for (const text of TRIED) {
    await person.page.getByRole('combobox', { name: 'Bank', exact: true }).fill(text);
    await expect(person.page.getByRole('option')).toHaveCount(TEXTS.length);
    await isHarmless(person.page, `the options for ${text}`);
    await person.page.getByRole('option').nth(TEXTS.indexOf(text)).click();
    await expect(person.page.getByRole('radiogroup', { name: 'Bank portal' }).getByRole('radio')).toHaveCount(2);
    await isHarmless(person.page, `the bank ${text}`);
  }
  await nothingRan(person, trouble);
});
