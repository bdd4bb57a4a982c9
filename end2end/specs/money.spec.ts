// What a connected bank is for: accounts, charts, transactions to look through, and all of them as a file.
import { readFile } from 'node:fs/promises';
import type { Locator } from '@playwright/test';
import { INSTANT_BANK, Person } from '../support/person';
import { Simulator } from '../support/simulator';
import { expect, test } from '../support/test';

/** `-1,234.50 EUR`; a page joins number and currency with a space that does not break. */
const AMOUNT = /-?\d{1,3}(,\d{3})*(\.\d{2})?\s[A-Z]{3}/;
const HEAD = 'Date,Account,Description,Counterparty,Reference,Amount,Currency,Status,Transaction ID';
const DAY_MILLIS = 86_400_000;

// A bank is connected in each of these tests.
test.slow();

test('accounts say what is on them', async ({ person }) => {
  await person.connects(INSTANT_BANK);
  const accounts = person.region('Accounts').getByRole('listitem');
  for (const name of ['Operating', 'Reserve', 'Company card']) {
    await expect(accounts.filter({ hasText: name }).first()).toContainText(AMOUNT);
  }
  for (const account of await accounts.all()) {
    await expect(account).toContainText('Balance read');
    await expect(account).toContainText(AMOUNT);
  }
});

test('a chart says in words what it shows, and opens its numbers', async ({ person }) => {
  await person.connects(INSTANT_BANK);

  const balance = await opensNumbers(person, 'Balance');
  const rows = await balance.numbers.getByRole('row').filter({ has: person.page.getByRole('rowheader') }).all();
  const byDay = new Map<string, string>();
  for (const row of rows) {
    const day = spaced(await row.getByRole('rowheader').innerText());
    byDay.set(day, spaced(await row.getByRole('cell').innerText()));
  }
  const said = [...balance.words.matchAll(/(-?[\d,.]+ [A-Z]{3}), (\w+ \d+, \d{4})/g)];
  expect(said.length, 'first, last, lowest and highest').toBe(4);
  for (const [, amount, day = ''] of said) expect(byDay.get(day), day).toBe(amount);
  const amounts = [...byDay.values()].map(value);
  const [lowest, highest] = said.slice(2).map(([, amount = '']) => value(amount));
  expect([lowest, highest]).toEqual([Math.min(...amounts), Math.max(...amounts)]);

  const months = await opensNumbers(person, 'Money in and out by month');
  for (const row of await months.numbers.getByRole('row').filter({ has: person.page.getByRole('rowheader') }).all()) {
    const month = spaced(await row.getByRole('rowheader').innerText());
    const [came = '', went = ''] = (await row.getByRole('cell').allInnerTexts()).map(spaced);
    expect(months.words).toContain(`${month}: Money in ${came}, Money out ${went}.`);
  }
});

test('transactions are found by account, days and text', async ({ person }) => {
  await person.connects(INSTANT_BANK);
  const filters = person.page.getByRole('search', { name: 'Filter transactions' });
  const [from, to] = [daysAgo(85), daysAgo(20)];
  const all = await person.transactions().count();
  const account = await choosesAccount(filters, 'Operating');
  await filters.getByLabel('From').fill(from);
  await filters.getByLabel('To').fill(to);
  await filters.getByRole('searchbox', { name: 'Contains' }).fill('ElectriCity');
  await filters.getByRole('button', { name: 'Show' }).click();
  await person.page.waitForURL(/text=ElectriCity/);
  await person.sees(INSTANT_BANK.name);

  const rows = await person.transactions().allInnerTexts();
  expect(rows.length).toBeGreaterThan(0);
  expect(rows.length).toBeLessThan(all);
  for (const row of rows) {
    expect(row).toContain('ELECTRICITY');
    expect(row).toContain('Operating');
    expect(row).toMatch(AMOUNT);
  }
  for (const day of await days(person)) {
    expect(day).toBeGreaterThanOrEqual(Date.parse(from));
    expect(day).toBeLessThanOrEqual(Date.parse(to));
  }
  await expect(filters.getByRole('combobox', { name: 'Account' })).toHaveValue(account);
  await expect(filters.getByLabel('From')).toHaveValue(from);
  await expect(filters.getByLabel('To')).toHaveValue(to);
  await expect(filters.getByRole('searchbox', { name: 'Contains' })).toHaveValue('ElectriCity');

  await filters.getByRole('searchbox', { name: 'Contains' }).fill('no transaction says so');
  await filters.getByRole('button', { name: 'Show' }).click();
  await expect(person.region('Transactions').getByRole('status')).toContainText('No transaction fits these filters.');
  await person.ready();
  await filters.getByRole('link', { name: 'Clear filters' }).click();
  await expect(person.transactions()).toHaveCount(all);
  await expect(filters.getByRole('searchbox', { name: 'Contains' })).toHaveValue('');
});

test('a search without an end asks for fewer days', { tag: '@no-javascript' }, async ({
  browser,
  playwright,
  startOwnDemo,
}) => {
  const demo = await startOwnDemo();
  const context = await browser.newContext({ javaScriptEnabled: false });
  const person = new Person(await context.newPage(), context, { user: 'ana', org: 'acme' }, demo.place.url, false);
  await person.signIn();
  const connectionId = await person.connects(INSTANT_BANK);
  const simulator = new Simulator(await playwright.request.newContext(), demo.place.simulator);
  const movement = {
    id: 'movement', connectionId, accountId: 'account', status: 'posted', postedDate: daysAgo(3),
    updatedAt: new Date().toISOString(), amount: '1.00', currency: 'EUR', entryType: 'credit', description: 'Rent',
  };
  // More pages than are read for one look, and for the charts beside it.
  for (let page = 0; page < 60; page++) {
    const pagination = { hasMore: true, nextCursor: `page ${page}` };
    await simulator.failForEverybody({
      match: { method: 'GET', path: '/v1/transactions' },
      effect: { status: 200, body: { data: [movement], pagination, meta: { requestId: 'r' } } },
      times: 1,
    });
  }
  await person.page.goto(person.url(`/connections/${connectionId}?text=not+there`));
  await expect(person.region('Transactions').getByRole('status')).toContainText('Narrow the dates');
  await expect(person.transactions()).toHaveCount(0);
  await context.close();
});

test('older transactions follow, with the same filters', async ({ person }) => {
  await person.connects(INSTANT_BANK);
  const filters = person.page.getByRole('search', { name: 'Filter transactions' });
  const account = await choosesAccount(filters, 'Operating');
  await filters.getByLabel('From').fill(daysAgo(300));
  await filters.getByRole('button', { name: 'Show' }).click();
  await person.page.waitForURL(/account=/);
  await person.sees(INSTANT_BANK.name);
  const newest = await person.transactions().allInnerTexts();
  const oldestOfThem = Math.min(...(await days(person)));

  await person.link('Show older transactions').click();
  await person.page.waitForURL(/cursor=/);
  await person.sees(INSTANT_BANK.name);
  const older = await person.transactions().allInnerTexts();
  expect(older.length).toBeGreaterThan(0);
  expect(older).not.toEqual(newest);
  expect(Math.max(...(await days(person)))).toBeLessThanOrEqual(oldestOfThem);
  for (const row of older) expect(row).toContain('Operating');
  await expect(filters.getByRole('combobox', { name: 'Account' })).toHaveValue(account);
});

test('days that cannot be are refused beside their field, which keeps them', async ({ person }) => {
  const id = await person.connects(INSTANT_BANK);
  const filters = person.page.getByRole('search', { name: 'Filter transactions' });
  await filters.getByLabel('From').fill('2026-02-01');
  await filters.getByLabel('To').fill('2026-01-01');
  await filters.getByRole('button', { name: 'Show' }).click();
  const to = filters.getByLabel(/^To/);
  await saysBeside(to, 'The last day is before the first one.');
  await expect(to).toHaveValue('2026-01-01');
  await expect(filters.getByLabel('From')).toHaveValue('2026-02-01');
  await person.ready();
  await to.fill('2026-03-01');
  await filters.getByRole('button', { name: 'Show' }).click();
  await expect(person.page.getByRole('alert')).toHaveCount(0);
  await person.sees(INSTANT_BANK.name);

  // A browser's date field lets no such day through; an address does.
  await person.open(`/connections/${id}?from=soon`);
  await saysBeside(filters.getByLabel(/^From/), 'This is no day. Write it as 2026-01-31.');
  await person.sees(INSTANT_BANK.name);
});

test('what the filters find can be taken along as a file', async ({ person }) => {
  await person.connects(INSTANT_BANK);
  const filters = person.page.getByRole('search', { name: 'Filter transactions' });
  const from = daysAgo(60);
  await choosesAccount(filters, 'Operating');
  await filters.getByLabel('From').fill(from);
  await filters.getByRole('button', { name: 'Show' }).click();
  await person.page.waitForURL(/account=/);
  await person.sees(INSTANT_BANK.name);
  const shown = await person.transactions().count();

  const [download] = await Promise.all([
    person.page.waitForEvent('download'),
    person.link('Download as CSV').click(),
  ]);
  expect(download.suggestedFilename()).toBe('transactions.csv');
  const [head, ...lines] = (await readFile(await download.path(), 'utf8')).replace(/^\ufeff/, '').trimEnd().split('\r\n');
  expect(head).toBe(HEAD);
  const rows = lines.map(cells);
  const more = (await person.link('Show older transactions').count()) > 0;
  if (more) expect(rows.length).toBeGreaterThan(shown);
  else expect(rows.length).toBe(shown);
  for (const row of rows) {
    expect(row).toHaveLength(HEAD.split(',').length);
    const [day = '', account, , , , amount, currency, status] = row;
    expect(account).toBe('Operating');
    if (status === 'posted') expect(day >= from, day).toBe(true);
    expect(amount).toMatch(/^-?\d+(\.\d+)?$/);
    expect(currency).toMatch(/^[A-Z]{3}$/);
  }
  // The page is still there.
  await person.sees(INSTANT_BANK.name);
});

/** Waits until a sentence belongs to a field: as a part of its label, or as its description. */
async function saysBeside(field: Locator, sentence: string): Promise<void> {
  const read = (input: Element) => {
    const described = (input.getAttribute('aria-describedby') ?? '').split(' ').map((id) => document.getElementById(id));
    const labels = input instanceof HTMLInputElement ? [...(input.labels ?? [])] : [];
    return [...labels, ...described].map((element) => element?.textContent ?? '').join(' ');
  };
  await expect.poll(() => field.evaluate(read)).toContain(sentence);
}

/** Opens the table below a chart. */
async function opensNumbers(person: Person, name: string): Promise<{ words: string; numbers: Locator }> {
  const figure = person.page.getByRole('figure', { name, exact: true });
  const words = spaced((await figure.getByRole('img').getAttribute('aria-label')) ?? '');
  await expect(figure.getByRole('table')).toHaveCount(0);
  await figure.getByText('Show the numbers').click();
  const numbers = figure.getByRole('table');
  await expect(numbers).toBeVisible();
  return { words, numbers };
}

/** Chooses an account by its name and gives its value. */
async function choosesAccount(filters: Locator, name: string): Promise<string> {
  const option = filters.getByRole('option', { name: new RegExp(`^${name}\\b`) });
  const [value = ''] = await filters
    .getByRole('combobox', { name: 'Account' })
    .selectOption((await option.getAttribute('value')) ?? '');
  expect(value).not.toBe('');
  return value;
}

/** The days of the transactions that are shown; what is pending has none yet. */
async function days(person: Person): Promise<number[]> {
  const cells = await person.transactions().evaluateAll((rows) => rows.map((row) => row.querySelector('td')?.innerText));
  const posted = cells.filter((text) => text !== undefined && text !== 'Pending');
  return posted.map((text) => Date.parse(`${text} UTC`));
}

function daysAgo(count: number): string {
  return new Date(Date.now() - count * DAY_MILLIS).toISOString().slice(0, 10);
}

function spaced(text: string): string {
  return text.replaceAll('\u00a0', ' ').trim();
}

function value(amount: string): number {
  return Number(amount.replace(/[^\d.-]/g, ''));
}

/** The cells of a line. */
function cells(line: string): string[] {
  const quotedOrNot = /("(?:[^"]|"")*"|[^,]*)(?:,|$)/g;
  const found = [...line.matchAll(quotedOrNot)].map(([, cell = '']) => cell.replace(/^"|"$/g, '').replaceAll('""', '"'));
  // The end of the line matches once more.
  return line.endsWith(',') ? found : found.slice(0, -1);
}
