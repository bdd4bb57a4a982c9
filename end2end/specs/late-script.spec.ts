// The wasm is late, or never comes: every write is a plain form first, so the setup goes on without it.
import type { Page } from '@playwright/test';
import { STANDARD_BANK } from '../support/person';
import { expect, ownPortal, test } from '../support/test';

test.describe('a program that does not come', { tag: '@javascript' }, () => {
  test('what is never there is asked for four times, and a setup goes to its end without it', async ({
    person,
    context,
    simulator,
  }) => {
    const { page } = person;
    let asked = 0;
    await context.route(/\.wasm/, (route) => {
      asked += 1;
      return route.abort();
    });
    await page.clock.install();
    await page.goto(person.url('/new'));
    await secondsPass(page, () => asked, 4);
    await page.clock.runFor(60_000);
    expect(asked).toBe(4);

    await test.step('a bank that is not listed is begun', async () => {
      await person.link('My bank is not listed').click();
      await person.fillsInUnlistedBank('Patient Bank', ownPortal());
      await person.button('Continue').click();
      await expect(person.heading('Create the delegated user')).toBeVisible();
    });

    await test.step('a bank of the catalog is found, chosen and set up to the end', async () => {
      await page.goto(person.url('/new'));
      await page.getByRole('combobox', { name: 'Bank', exact: true }).fill(STANDARD_BANK.id);
      await person.button('Continue').click();
      await page.getByRole('radio', { name: STANDARD_BANK.name }).check();
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

  test('what got lost on its way is asked for again', async ({ person, context }) => {
    const { page } = person;
    for (const file of ['js', 'wasm']) {
      await context.route(new RegExp(`/connect\\.${file}`), (route) => route.abort(), { times: 1 });
    }
    const asked = asks(page);
    await page.clock.install();
    await page.goto(person.url('/'));
    await secondsPass(page, () => asked.join(' '), 'js js wasm js wasm');
    await person.ready();
    await person.link('Connect a bank').click();
    await person.sees('Connection details');
  });

  test('what hangs is asked for again after ten seconds', async ({ person, context }) => {
    const { page } = person;
    for (const file of ['js', 'wasm']) {
      await context.route(new RegExp(`/connect\\.${file}`), () => undefined, { times: 1 });
    }
    const asked = asks(page);
    // The clock stands still but where it is moved on, so that a busy machine does not come near the ten seconds.
    await page.clock.install({ time: 0 });
    await page.clock.pauseAt(1_000);
    await page.goto(person.url('/'));
    await expect.poll(() => asked.join(' ')).toBe('js');
    await page.clock.runFor(9_000);
    expect(asked.join(' ')).toBe('js');
    await secondsPass(page, () => asked.join(' '), 'js js wasm');
    await page.clock.runFor(9_000);
    expect(asked.join(' ')).toBe('js js wasm');
    await secondsPass(page, () => asked.join(' '), 'js js wasm js wasm');
    await person.ready();
  });
});

/** The parts of the program that the page asks for, in order. */
function asks(page: Page): string[] {
  const asked: string[] = [];
  page.on('request', (request) => {
    const [, file] = /\/connect\.(js|wasm)/.exec(request.url()) ?? [];
    if (file) asked.push(file);
  });
  return asked;
}

/** Moves the page's clock on, second by second, until something is so. */
async function secondsPass<T>(page: Page, look: () => T, until: T): Promise<void> {
  const inASecond = async () => {
    await page.clock.runFor(1_000);
    return look();
  };
  await expect(async () => expect(await inASecond()).toBe(until)).toPass({ intervals: [50] });
}
