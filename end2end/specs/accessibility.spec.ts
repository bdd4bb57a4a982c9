// Checks that axe cannot make: keyboard only, forced colours, contrast preference, target size. What axe finds on each
// screen is in screens.spec.ts, states.spec.ts and moments.spec.ts.
import AxeBuilder from '@axe-core/playwright';
import type { Locator, Page } from '@playwright/test';
import { INSTANT_BANK, STANDARD_BANK, type Person } from '../support/person';
import type { Simulator } from '../support/simulator';
import { expect, test } from '../support/test';

/** Goes on with the Tab key until the keyboard is on it. */
async function reach(target: Locator): Promise<void> {
  for (let presses = 0; presses < 40; presses += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await target.page().keyboard.press('Tab');
  }
  await expect(target).toBeFocused();
}

test.describe('with the keyboard alone', { tag: '@javascript' }, () => {
  test('a whole setup', async ({ person }) => {
    const { page } = person;
    await person.opensList();
    await reach(person.link('Connect a bank'));
    await page.keyboard.press('Enter');
    await person.sees('Connection details');
    await reach(page.getByRole('combobox', { name: 'Bank', exact: true }));
    await page.keyboard.type(STANDARD_BANK.id);
    // What was found for the first letters is replaced by what was found for all of them.
    await expect(page.getByRole('option')).toHaveCount(1);
    await expect(page.getByRole('option', { name: STANDARD_BANK.name })).toBeVisible();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await reach(person.button('Continue'));
    await page.keyboard.press('Enter');
    await person.sees('Create the delegated user');
    await reach(person.button('I have created the user'));
    await page.keyboard.press('Enter');
    await person.sees('Finish setup');
    await reach(person.checkbox('The delegated user is active'));
    await page.keyboard.press('Space');
    await reach(person.checkbox('I accept the Waycore terms of use'));
    await page.keyboard.press('Space');
    await reach(person.button('Finish setup'));
    await page.keyboard.press('Enter');
    await person.sees('Activating your connection');
  });

  test('a connected bank is looked through, mended and removed', async ({ person, simulator }) => {
    const { page } = person;
    const { keyboard } = page;
    const id = await person.hasConnected(INSTANT_BANK);
    const all = await person.transactions().count();
    const filters = page.getByRole('search', { name: 'Filter transactions' });
    const account = filters.getByRole('combobox', { name: 'Account' });
    await reach(account);
    await keyboard.type('Oper');
    await expect(account.locator('option:checked')).toHaveText(/^Operating/);
    await reach(filters.getByRole('searchbox', { name: 'Contains' }));
    await keyboard.type('electricity');
    await keyboard.press('Enter');
    await page.waitForURL(/account=.+&.*text=electricity/);
    await person.sees(INSTANT_BANK.name);
    for (const row of await person.transactions().allInnerTexts()) expect(row).toMatch(/ELECTRICITY[^]*Operating/);
    expect(await person.transactions().count()).toBeLessThan(all);
    await reach(filters.getByRole('link', { name: 'Clear filters' }));
    await keyboard.press('Enter');
    await expect(person.transactions()).toHaveCount(all);
    await person.ready();

    await simulator.put(id, { kind: 'ready', status: 'reauthRequired' });
    await reach(person.link('All bank connections'));
    await keyboard.press('Enter');
    await person.sees('Bank connections');
    await expect(person.listed(INSTANT_BANK.name)).toContainText('Your move');
    await reach(person.link(INSTANT_BANK.name));
    await keyboard.press('Enter');
    await person.sees(INSTANT_BANK.name);
    await reach(person.button('Hand over'));
    await keyboard.press('Enter');
    // Back at what has to be mended, without a search for it.
    await expect(person.textbox('Bank username')).toHaveAttribute('aria-invalid', 'true');
    await person.ready();
    await reach(person.textbox('Bank username'));
    await keyboard.type('wc-acme-2');
    await reach(person.textbox('Password'));
    await keyboard.type('issued anew');
    await reach(person.button('Hand over'));
    await keyboard.press('Space');
    await expect(page.getByRole('main').getByRole('status').first()).toContainText('Handed over');
    const handed = (await simulator.receivedFor(id)).filter(({ path }) => path.endsWith('/credentials'));
    expect(handed.map(({ body }) => Object.keys(body ?? {}).sort())).toEqual([['bankUsername', 'password']]);
    await expect(person.textbox('Password')).toBeHidden();
    await expect(page.getByRole('alert')).toHaveCount(0);

    await person.ready();
    await reach(person.link('Remove connection'));
    await keyboard.press('Enter');
    await person.sees('Remove connection');
    await reach(person.textbox('Name of the connection'));
    await keyboard.type('Instant');
    await keyboard.press('Enter');
    await expect(person.textbox('Name of the connection')).toHaveAttribute('aria-invalid', 'true');
    await person.ready();
    await reach(person.textbox('Name of the connection'));
    await keyboard.press('ControlOrMeta+a');
    await keyboard.type(INSTANT_BANK.name);
    await reach(person.button('Remove permanently'));
    await keyboard.press('Enter');
    await person.sees('Bank connections');
    await expect(person.listed(INSTANT_BANK.name)).toHaveCount(0);
  });
});

/** Every screen once, in the order in which a customer meets them. */
async function onEveryScreen(
  person: Person,
  simulator: Simulator,
  look: (what: string) => Promise<void>,
): Promise<void> {
  const { page } = person;
  await person.context.clearCookies();
  await person.open('/');
  await look('the sign-in');
  await person.signIn();
  await person.opensList();
  await look('the empty list');
  await person.open('/new');
  await look('connection details');
  await page.getByRole('combobox', { name: 'Bank', exact: true }).fill('test bank');
  await expect(page.getByRole('option').first()).toBeVisible();
  await page.getByRole('combobox', { name: 'Bank', exact: true }).press('ArrowDown');
  await look('search results');
  await person.open('/new?unlisted=true');
  await person.fillsInUnlistedBank('Mistyped Bank', 'http://bank.example/login');
  await person.continues();
  await expect(person.textbox('Bank portal URL')).toHaveAttribute('aria-invalid', 'true');
  await person.ready();
  await look('a refused bank');
  const id = await person.hasBegunAt(STANDARD_BANK);
  await person.open(`/connections/${id}/setup`);
  await look('the delegated user');
  await person.open(`/connections/${id}/sheet`);
  await look('the sheet');
  await person.open(`/connections/${id}/setup?step=finish`);
  await look('finish setup');
  await person.posts('submit_finish', { connection_id: id, delegated_user_active: 'on', accept_terms: 'on' });
  await simulator.keepActivating(id);
  await person.open(`/connections/${id}/setup`);
  await look('the activation');
  await simulator.connect(id);
  await person.opensUntil(`/connections/${id}`, () =>
    expect(person.transactions().first()).toBeVisible({ timeout: 1_000 }),
  );
  await look('the detail');
  await simulator.put(id, { kind: 'ready', status: 'reauthRequired' });
  await person.open(`/connections/${id}`);
  await look('the repair');
  await person.open(`/connections/${id}/remove`);
  await look('the removal');
  // What was refused above is a draft.
  await person.opensList();
  await expect(person.button('Discard draft').first()).toBeVisible();
  await look('the list');
  await person.open('/no-such-page');
  await look('a problem');
}

test('every screen keeps to what a person asks of their device', { tag: '@javascript' }, async ({ person, simulator }) => {
  test.slow();
  const { page } = person;
  const before = page.viewportSize();
  await onEveryScreen(person, simulator, (what) =>
    test.step(what, async () => {
      await page.emulateMedia({ reducedMotion: 'no-preference' });
      // Without it a page fades in and a button changes slowly; so this would find what moves.
      const moves = [expect.stringContaining('<main')];
      expect.soft(await page.evaluate(moving), what).toEqual(expect.arrayContaining(moves));
      await page.emulateMedia({ reducedMotion: 'reduce' });
      expect.soft(await page.evaluate(moving), `${what}: moves for whoever asked for less motion`).toEqual([]);

      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ contrast: 'more', colorScheme });
        expect.soft(await tooPale(page), `${what}, ${colorScheme}: under 7:1`).toEqual([]);
      }
      await page.emulateMedia({ contrast: null, colorScheme: null });

      await page.setViewportSize({ width: 375, height: 667 });
      expect.soft(await page.evaluate(tooSmall), `${what}: too small for a finger`).toEqual([]);
      if (before) await page.setViewportSize(before);

      await page.emulateMedia({ forcedColors: 'active' });
      expect.soft(await page.evaluate(flat), `${what}: told apart by a colour that is gone`).toEqual([]);
      // The ring around what has the keyboard is a line, and lines are there. Last, because it closes what is open.
      await page.keyboard.press('Tab');
      const ring = page.locator(':focus-visible');
      await expect.soft(ring, `${what}: the ring of the keyboard`).toHaveCSS('outline', /(solid|auto) [2-9]px$/);
      await page.emulateMedia({ forcedColors: null, reducedMotion: null });
    }),
  );
});

/** WCAG 2.2, 1.4.6: what is paler than 7:1, or 4.5:1 if it is large. */
async function tooPale(page: Page): Promise<string[]> {
  const auditor = new AxeBuilder({ page }).withRules('color-contrast-enhanced').setLegacyMode();
  const { violations } = await auditor.analyze();
  return violations.flatMap(({ nodes }) => nodes.map(({ html, any }) => `${any[0]?.message}: ${html}`));
}

/** Runs in the page: what has neither a line nor words of its own where grounds are painted over. */
function flat(): string[] {
  const seen = (element: Element) => element.checkVisibility() && element.getBoundingClientRect().width > 1;
  const line = (element: Element) => {
    const { borderTopStyle, borderTopWidth, outlineStyle, outlineWidth } = getComputedStyle(element);
    const drawn = (style: string, width: string) => style !== 'none' && Number.parseFloat(width) >= 1;
    return drawn(borderTopStyle, borderTopWidth) || drawn(outlineStyle, outlineWidth);
  };
  const needsLine = '.button, .badge, .notice, input:not([type=checkbox], [type=radio], [type=hidden]), select, '
    + '[aria-selected=true], nav [aria-current]';
  const boxes = [...document.querySelectorAll(needsLine)].filter((element) => seen(element) && !line(element));
  const shapes = [...document.querySelectorAll('main svg')].filter(seen).filter((drawing) => {
    const ground = getComputedStyle(document.body).backgroundColor;
    return [...drawing.querySelectorAll('path, rect, line, polyline')].some((shape) => {
      const { fill, stroke } = getComputedStyle(shape);
      return [fill, stroke].every((colour) => colour === 'none' || colour === ground);
    });
  });
  return [...boxes, ...shapes].map((element) => element.outerHTML.slice(0, 120));
}

/** Runs in the page: what takes time to come or to change. */
function moving(): string[] {
  const longest = (times: string) => Math.max(...times.split(',').map((time) => Number.parseFloat(time)));
  const moves = (element: Element, part: string | null) => {
    const { animationName, animationDuration, transitionDuration } = getComputedStyle(element, part);
    return (animationName !== 'none' && longest(animationDuration) > 0) || longest(transitionDuration) > 0;
  };
  const found = [...document.querySelectorAll('*')].filter((element) =>
    [null, '::before', '::after'].some((part) => moves(element, part)),
  );
  return found.map((element) => element.outerHTML.slice(0, 60));
}

/** Runs in the page: buttons and fields that are lower than 44 pixels, and whatever else is smaller than 24. */
function tooSmall(): string[] {
  const seen = (element: Element) => element.checkVisibility() && element.getBoundingClientRect().width > 1;
  const main = '.button, select, [role=option], input:not([type=checkbox], [type=radio])';
  const all = `${main}, a[href], button, input, summary`;
  // A word in the middle of a sentence is as high as the sentence (WCAG 2.2, 2.5.8), and so is a lone one in a line of
  // its own only if that line is high enough.
  const inSentence = (element: Element) =>
    getComputedStyle(element).display === 'inline' &&
    [...(element.parentElement?.childNodes ?? [])].some((node) => node !== element && (node.textContent ?? '').trim() !== '');
  const box = (element: Element) => {
    const own = element.getBoundingClientRect();
    // Whoever taps the words beside a box ticks it.
    const label = element.matches('[type=checkbox], [type=radio]') ? (element as HTMLInputElement).labels?.[0] : undefined;
    const beside = label?.getBoundingClientRect() ?? own;
    const height = Math.max(own.bottom, beside.bottom) - Math.min(own.top, beside.top);
    return { width: Math.max(own.width, beside.width), height };
  };
  return [...document.querySelectorAll(all)].filter(seen).flatMap((element) => {
    if (element.matches('[type=hidden], .skip-link') || inSentence(element)) return [];
    const { width, height } = box(element);
    const least = element.matches(main) ? 44 : 24;
    // Half a pixel is rounding.
    const small = height < least - 0.5 || width < 24;
    return small ? [`${width.toFixed(0)} by ${height.toFixed(0)}: ${element.outerHTML.slice(0, 120)}`] : [];
  });
}
