// The wasm is late, or never comes: every write is a plain form first, so the setup goes on without it.
import type { Page } from '@playwright/test';
import { STANDARD_BANK } from '../support/person';
import { expect, ownPortal, test } from '../support/test';

test.describe('before the wasm has arrived', { tag: '@javascript' }, () => {
  test.beforeEach(async ({ context }) => {
    await context.route(/\.wasm/, (route) => route.abort());
  });

  test('a bank of the catalog is found and chosen', async ({ person }) => {
    const { page } = person;
    await page.goto(person.url('/new'));
    await page.getByRole('combobox', { name: 'Bank', exact: true }).fill(STANDARD_BANK.id);
    await person.button('Continue').click();
    await page.getByRole('radio', { name: STANDARD_BANK.name }).check();
    await person.button('Continue').click();
    await expect(person.heading('Create the delegated user')).toBeVisible();
  });

  test('a bank that is not listed is set up to the end', async ({ person, simulator }) => {
    const { page } = person;
    await page.goto(person.url('/new'));
    await person.link('My bank is not listed').click();
    await person.fillsInUnlistedBank('Patient Bank', ownPortal());
    await person.button('Continue').click();
    await expect(person.heading('Create the delegated user')).toBeVisible();
    const id = person.connectionId();
    await person.button('I have created the user').click();
    await expect(person.heading('Finish setup')).toBeVisible();
    await person.confirmsAndFinishes();
    await expect(person.heading('Activating your connection')).toBeVisible();
    await simulator.connect(id);
    await expect(async () => {
      await page.goto(person.url(`/connections/${id}`));
      await expect(person.status('Connected')).toBeVisible({ timeout: 1_000 });
    }).toPass();
  });
});

test.describe('a program that did not come', { tag: '@javascript' }, () => {
  for (const file of ['connect.js', 'connect.wasm']) {
    test(`${file}: what got lost on its way is asked for again`, async ({ person, context }) => {
      await context.route(new RegExp(`/${file}`), (route) => route.abort(), { times: 1 });
      await person.opensList();
      await person.link('Connect a bank').click();
      await person.sees('Connection details');
    });

    test(`${file}: what hangs is asked for again after ten seconds`, async ({ person, context }) => {
      const { page } = person;
      let asked = 0;
      await context.route(new RegExp(`/${file}`), (route) => ((asked += 1) === 1 ? undefined : route.continue()));
      await page.clock.install();
      await page.goto(person.url('/'));
      await expect.poll(() => asked).toBe(1);
      await page.clock.runFor(7_000);
      expect(asked).toBe(1);
      await expect.poll(() => passes(page, () => asked)).toBe(2);
      await person.ready();
    });
  }

  test('what is never there is asked for four times', async ({ person, context }) => {
    const { page } = person;
    let asked = 0;
    await context.route(/\.wasm/, (route) => {
      asked += 1;
      return route.abort();
    });
    await page.clock.install();
    await page.goto(person.url('/'));
    await expect.poll(() => passes(page, () => asked)).toBe(4);
    await page.clock.runFor(60_000);
    expect(asked).toBe(4);
  });
});

/** A second goes by in the page; then the look. */
async function passes<T>(page: Page, look: () => T): Promise<T> {
  await page.clock.runFor(1_000);
  return look();
}
