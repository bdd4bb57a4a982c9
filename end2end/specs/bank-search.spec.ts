// The bank search as an accessible combobox: the keyboard is enough, and free text is never a choice. What is found by which
// words, and what a browser without JavaScript gets, is in server/tests/it/searching_banks.rs and new_bank.rs.
import type { Request } from '@playwright/test';
import { INSTANT_BANK, STANDARD_BANK, type Person } from '../support/person';
import { expect, test } from '../support/test';

const MISSPELT = 'standrad test bank';

function searchField(person: Person) {
  return person.page.getByRole('combobox', { name: 'Bank', exact: true });
}

function isSearchUrl(url: URL): boolean {
  return url.pathname.endsWith('/api/search_institutions');
}

test.describe('the live search', { tag: '@javascript' }, () => {
  test('a bank is found and chosen with the keyboard alone, and free text is no choice', async ({ person, org, simulator }) => {
    await person.startsConnecting();
    const { page } = person;
    const field = searchField(person);
    const options = page.getByRole('option');
    const bank = page.getByRole('option', { name: STANDARD_BANK.name });
    const chosen = page.locator('input[name="institution_id"]');

    await test.step('what was typed is marked in the names and domains that were found', async () => {
      for (const [typed, marked] of [
        ['dard tEst', ['dard Test']],
        ['BANK standard', ['Standard', 'Bank']],
        ['standard-test-bank.example', ['standard-test-bank.example']],
      ] as const) {
        await field.fill(typed);
        await expect(bank.locator('mark')).toHaveText([...marked]);
      }
      await expect(bank).toHaveAccessibleName('Standard Test Bank portal.standard-test-bank.example');
    });

    await test.step('free text is no choice, even where it is exactly a name', async () => {
      await field.fill(STANDARD_BANK.name);
      await expect(bank).toBeVisible();
      await field.press('Escape');
      await expect(options, 'Escape closes the list').toHaveCount(0);
      await expect(field, 'and keeps what was typed').toHaveValue(STANDARD_BANK.name);
      await person.continues();
      await expect(field).toHaveAttribute('aria-invalid', 'true');
      await expect(field).toHaveAccessibleDescription(/choose your bank/i);
      await expect(field).toHaveValue(STANDARD_BANK.name);
      expect(await simulator.receivedNaming(org)).toEqual([]);
      await person.ready();
    });

    await test.step('what stands in the field already is searched for once somebody comes to it', async () => {
      await field.focus();
      await expect(bank).toBeVisible();
      await field.press('ArrowDown');
      await field.press('Enter');
      await expect(chosen).toHaveValue(STANDARD_BANK.id);
    });

    await test.step('the keys of an input method choose nothing, move nothing and close nothing', async () => {
      await field.fill(STANDARD_BANK.id);
      await expect(options).toHaveCount(1);
      for (const composing of [{ isComposing: true }, { keyCode: 229 }]) {
        for (const key of ['ArrowDown', 'ArrowUp', 'Enter', 'Escape']) {
          const init = { key, bubbles: true, cancelable: true, ...composing };
          const isLeft = await field.evaluate((input, event) => input.dispatchEvent(new KeyboardEvent('keydown', event)), init);
          expect(isLeft, `${key} is left to the input method`).toBe(true);
        }
      }
      await expect(bank).toBeVisible();
      await expect(field).not.toHaveAttribute('aria-activedescendant');
      await expect(chosen).toHaveValue('');
      await field.press('ArrowDown');
      await field.press('Enter');
      await expect(chosen).toHaveValue(STANDARD_BANK.id);
    });

    await test.step('typing after a choice takes the choice back', async () => {
      await field.press('End');
      await field.press('x');
      await expect(chosen).toHaveValue('');
    });

    await test.step('a bank that is pressed while other results come is chosen', async () => {
      await field.fill(STANDARD_BANK.id);
      await expect(options).toHaveCount(1);
      const searches = /\/api\/search_institutions/;
      let answer: () => Promise<void> = () => Promise.reject(new Error('nothing was asked'));
      await page.route(searches, (route) => void (answer = () => route.continue()));
      const asked = page.waitForRequest(searches);
      const answered = page.waitForResponse(searches);
      await field.press('End');
      await field.press('Backspace');
      await asked;
      await bank.hover();
      await page.mouse.down();
      await answer();
      await (await answered).finished();
      await page.evaluate(() => new Promise((resolve) => setTimeout(resolve)));
      await page.mouse.up();
      await expect(chosen).toHaveValue(STANDARD_BANK.id);
      await page.unroute(searches);
    });

    await test.step('the keyboard chooses a bank and goes on', async () => {
      await field.focus();
      await page.keyboard.press('ControlOrMeta+a');
      await page.keyboard.type(STANDARD_BANK.id);
      // Of what was typed so far others were found as well.
      await expect(options).toHaveCount(1);
      await expect(bank).toBeVisible();
      await expect(field).toHaveAttribute('aria-expanded', 'true');
      await page.keyboard.press('ArrowDown');
      await expect(page.getByRole('option', { selected: true })).toContainText(STANDARD_BANK.name);
      await expect(field).toHaveAttribute('aria-activedescendant', /.+/);
      await page.keyboard.press('Enter');
      await expect(field).toHaveValue(STANDARD_BANK.name);
      await expect(field).toHaveAttribute('aria-expanded', 'false');
      await person.continues();
      await person.sees('Create the delegated user');
    });
  });

  test('a search that fails, hangs or is refused says so and leads on, and holds up no other', async ({ person, context }) => {
    const { page } = person;
    await page.clock.install();
    await person.startsConnecting();
    const field = searchField(person);
    const news = page.getByRole('main').getByRole('status');
    const silent = news.filter({ hasText: /search does not answer/i });
    const bank = page.getByRole('option', { name: STANDARD_BANK.name });

    await test.step('one search runs at a time, however fast somebody types', async () => {
      const running = new Set<Request>();
      let [most, searches] = [0, 0];
      page.on('request', (request) => {
        if (!isSearchUrl(new URL(request.url()))) return;
        running.add(request);
        searches += 1;
        most = Math.max(most, running.size);
      });
      page.on('requestfinished', (request) => running.delete(request));
      page.on('requestfailed', (request) => running.delete(request));
      // The first is answered when all has been typed.
      let typed = () => {};
      const all = new Promise<void>((resolve) => (typed = resolve));
      await page.route(isSearchUrl, async (route) => {
        await all;
        await route.continue();
      });
      await field.focus();
      await page.keyboard.type(STANDARD_BANK.name);
      typed();
      await expect(page.getByRole('option').first()).toContainText(STANDARD_BANK.name);
      await expect(page.getByRole('option').first().locator('mark')).toHaveText(STANDARD_BANK.name);
      expect(most).toBe(1);
      expect(searches, 'what was typed meanwhile is searched for once').toBeLessThanOrEqual(2);
      await page.unroute(isSearchUrl);
    });

    await test.step('a search that fails says so, and typing on recovers it', async () => {
      await page.route(isSearchUrl, (route) => route.abort());
      await field.fill('sim-standard');
      await expect(silent).toBeVisible();
      await expect(page.getByRole('option')).toHaveCount(0);
      await page.unroute(isSearchUrl);
      await field.press('Backspace');
      await expect(bank).toBeVisible();
      await expect(silent).toHaveCount(0);
    });

    await test.step('a search that never answers says so, and the next one is not held up', async () => {
      await page.route(isSearchUrl, () => {});
      const searched = page.waitForRequest((request) => isSearchUrl(new URL(request.url())));
      await field.fill('sim-standard');
      await searched;
      await page.clock.fastForward('00:09');
      await expect(silent).toBeVisible();
      await page.unroute(isSearchUrl);
      await field.press('Backspace');
      await expect(bank).toBeVisible();
    });

    await test.step('results wait for the server alone: no timer of the page delays a search', async () => {
      // Time stands still, so that a delay before the search, or before its results, would never end.
      await page.clock.pauseAt(await page.evaluate(() => Date.now() + 60_000));
      for (const [text, name] of [
        ['slow test', 'Slow Test Bank'],
        [MISSPELT, STANDARD_BANK.name],
        ['portal.strict-test-bank.example', 'Strict Test Bank'],
      ] as const) {
        await field.fill(text);
        await expect(page.getByRole('option').first()).toContainText(name);
      }
      await page.clock.resume();
    });

    await test.step('a search without a result says so', async () => {
      await field.fill('zzzz no such bank zzzz');
      await expect(news.filter({ hasText: /no bank/i })).toBeVisible();
      await expect(person.link('My bank is not listed')).toBeVisible();
    });

    await test.step('why the server refuses to search is said, with a way on', async () => {
      await context.clearCookies();
      await field.fill('sim-standard');
      await expect(news.filter({ hasText: 'You are signed out.' })).toBeVisible();
      await expect(news.getByRole('link', { name: 'Try again' })).toBeVisible();
    });
  });

  test('a draft whose bank is not found again leaves the search alive', async ({ person }) => {
    const { page } = person;
    await person.startsConnecting();
    await person.chooses(STANDARD_BANK);
    await page.waitForURL(/draft=/);
    // The look-up of the draft's bank never gets an answer.
    await page.route(isSearchUrl, () => undefined, { times: 1 });
    const looksUp = page.waitForRequest((request) => isSearchUrl(new URL(request.url())));
    await person.reload();
    await looksUp;
    await searchField(person).fill(INSTANT_BANK.id);
    await page.getByRole('option', { name: INSTANT_BANK.name }).click();
    await expect(page.locator('input[name="institution_id"]')).toHaveValue(INSTANT_BANK.id);
  });

  test('a bank that the company has says so, and leads there once it is chosen', async ({ person }) => {
    const id = await person.hasBegunAt(STANDARD_BANK);
    await person.open('/new');
    await expect(person.link('Open it'), 'nothing is chosen yet').toHaveCount(0);
    await searchField(person).fill('test bank');
    const found = (name: string) => person.page.getByRole('option', { name });
    await expect(found(STANDARD_BANK.name)).toContainText('setup in progress');
    await expect(found(INSTANT_BANK.name)).not.toContainText('setup in progress');
    await found(STANDARD_BANK.name).click();
    const main = person.page.getByRole('main');
    await expect(main.getByText('Your company has this bank already (setup in progress).')).toBeVisible();
    await person.link('Open it').click();
    await person.sees('Create the delegated user');
    expect(person.connectionId()).toBe(id);
  });
});
