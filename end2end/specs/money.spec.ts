// A connected bank in a browser: charts that open, filters and older transactions without a reload, a file that is downloaded.
// What the server writes, rows, totals, charts, refusals and the file, is in server/tests/it/money_page.rs and accounts.rs.
import { readFile } from 'node:fs/promises';
import type { Locator } from '@playwright/test';
import { INSTANT_BANK } from '../support/person';
import { expect, test } from '../support/test';

const DAY_MILLIS = 86_400_000;

test('the money of a bank is looked through and taken along', { tag: '@javascript' }, async ({ person }) => {
  const { page } = person;
  await person.hasConnected(INSTANT_BANK);
  const filters = page.getByRole('search', { name: 'Filter transactions' });
  const text = filters.getByRole('searchbox', { name: 'Contains' });
  const shows = filters.getByRole('button', { name: 'Show' });
  const all = await person.transactions().count();
  let account = '';

  await test.step('a chart is read as what it shows, and opens its numbers', async () => {
    for (const name of ['Balance', 'Money in and out by month']) {
      const figure = page.getByRole('figure', { name, exact: true });
      await expect(figure.getByRole('img')).toHaveAccessibleName(/\d\s[A-Z]{3}/);
      await expect(figure.getByRole('table')).toHaveCount(0);
      await figure.getByText('Show the numbers').click();
      await expect(figure.getByRole('table')).toBeVisible();
      await expect(figure.getByRole('rowheader').first()).toBeVisible();
    }
  });

  await test.step('filters change the page and stay filled in', async () => {
    // Other accounts may be without a transaction: which ones a company has differs.
    account = (await filters.locator('option', { hasText: /^Operating/ }).getAttribute('value')) ?? '';
    await filters.getByRole('combobox', { name: 'Account' }).selectOption(account);
    await filters.getByLabel('From').fill(daysAgo(300));
    await shows.click();
    await page.waitForURL(/account=/);
    await person.sees(INSTANT_BANK.name);
    await expect(shows, 'the keyboard stays where it was').toBeFocused();
    await expect(shows, 'and so does the page').toBeInViewport({ ratio: 1 });
    await expect(filters.getByRole('combobox', { name: 'Account' })).toHaveValue(account);
    await expect(filters.getByLabel('From')).toHaveValue(daysAgo(300));
  });

  await test.step('the file is downloaded, and the page is still there', async () => {
    const shown = await person.transactions().count();
    const [download] = await Promise.all([page.waitForEvent('download'), person.link('Download as CSV').click()]);
    expect(download.suggestedFilename()).toBe('transactions.csv');
    const lines = (await readFile(await download.path(), 'utf8')).trimEnd().split('\r\n');
    expect(lines.length - 1, 'rows of all pages').toBeGreaterThan(shown);
    await person.sees(INSTANT_BANK.name);
  });

  await test.step('older transactions follow, with the same filters', async () => {
    const newest = await person.transactions().allInnerTexts();
    await person.link('Show older transactions').click();
    await page.waitForURL(/cursor=/);
    await person.sees(INSTANT_BANK.name);
    const begins = page.getByRole('heading', { name: 'Transactions', exact: true });
    await expect(begins, 'the keyboard goes on where they begin').toBeFocused();
    await expect(begins).toBeInViewport();
    const older = await person.transactions().allInnerTexts();
    expect(older.length).toBeGreaterThan(0);
    expect(older).not.toEqual(newest);
    await expect(filters.getByRole('combobox', { name: 'Account' })).toHaveValue(account);
  });

  await test.step('days that cannot be are refused beside their field, which keeps them', async () => {
    await filters.getByLabel('From').fill('2026-02-01');
    await filters.getByLabel('To').fill('2026-01-01');
    await shows.click();
    const to = filters.getByLabel(/^To/);
    await saysBeside(to, 'The last day is before the first one.');
    await expect(to).toHaveValue('2026-01-01');
    await expect(filters.getByLabel('From')).toHaveValue('2026-02-01');
    await person.ready();
  });

  await test.step('nothing fits, and the filters are cleared', async () => {
    await filters.getByLabel(/^To/).fill('');
    await text.fill('no transaction says so');
    await shows.click();
    await expect(page.getByRole('alert')).toHaveCount(0);
    await expect(person.region('Transactions').getByRole('status')).toContainText('No transaction fits these filters.');
    await person.ready();
    await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
    await filters.getByRole('link', { name: 'Clear filters' }).click();
    await expect(person.transactions()).toHaveCount(all);
    await expect(text, 'the page stays where it was').toBeInViewport();
    await expect(text).toHaveValue('');
  });
});

/** Waits until a sentence belongs to a field, as a part of its label or as its description. */
async function saysBeside(field: Locator, sentence: string): Promise<void> {
  const read = (input: Element) => {
    const described = (input.getAttribute('aria-describedby') ?? '').split(' ').map((id) => document.getElementById(id));
    const labels = input instanceof HTMLInputElement ? [...(input.labels ?? [])] : [];
    return [...labels, ...described].map((element) => element?.textContent ?? '').join(' ');
  };
  await expect.poll(() => field.evaluate(read)).toContain(sentence);
}

function daysAgo(count: number): string {
  return new Date(Date.now() - count * DAY_MILLIS).toISOString().slice(0, 10);
}
