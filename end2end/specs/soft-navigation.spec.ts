// Links and forms move without a reload, as a person expects of a page: focus, history, failures.
import type { Page } from '@playwright/test';
import { INSTANT_BANK, STANDARD_BANK } from '../support/person';
import { expect, ownPortal, test } from '../support/test';

/** Marks the document; a reload would lose the mark. */
const mark = (page: Page) => page.evaluate(() => void Reflect.set(window, 'sameDocument', true));
const isMarked = (page: Page) => page.evaluate(() => Reflect.get(window, 'sameDocument') === true);

/** Runs in the page: what a browser's translation does to it. */
function translates(): void {
  document.documentElement.setAttribute('lang', 'de');
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found: Text[] = [];
  while (texts.nextNode()) if (texts.currentNode.textContent?.trim()) found.push(texts.currentNode as Text);
  for (const text of found) {
    const font = document.createElement('font');
    font.textContent = [...(text.textContent ?? '')].reverse().join('');
    text.replaceWith(font);
  }
}

test.describe('soft navigation', { tag: '@javascript' }, () => {
  test('links, forms, back and forward change the page without a reload, and the heading takes the focus', async ({
    person,
    context,
  }) => {
    await person.opensList();
    await mark(person.page);

    await test.step('a new tab is left to the browser', async () => {
      const opened = context.waitForEvent('page');
      await person.link('Connect a bank').click({ modifiers: ['ControlOrMeta'] });
      const tab = await opened;
      await expect(tab.getByRole('heading', { name: 'Connection details' })).toBeVisible();
      await expect(person.heading('Bank connections')).toBeVisible();
      await tab.close();
    });

    await test.step('links and forms', async () => {
      await person.link('Connect a bank').click();
      await person.sees('Connection details');
      await expect(person.heading('Connection details')).toBeFocused();
      await expect(person.page).toHaveTitle(/Connection details/);
      await person.saysThatBankIsNotListed();
      await person.fillsInUnlistedBank('Soft Bank', ownPortal());
      await person.continues();
      await person.sees('Create the delegated user');
      await expect(person.heading('Create the delegated user')).toBeFocused();
    });

    await test.step('back and forward', async () => {
      const setup = person.page.url();
      await person.link('Finish later').click();
      await person.sees('Bank connections');
      await person.page.goBack();
      await person.sees('Create the delegated user');
      expect(person.page.url()).toBe(setup);
      await person.page.goForward();
      await person.sees('Bank connections');
      await expect(person.listed('Soft Bank')).toBeVisible();
      await person.page.goBack();
      await person.sees('Create the delegated user');
    });

    await test.step('the forms after that', async () => {
      await person.saysThatUserExists();
      await expect(person.heading('Finish setup')).toBeFocused();
      await person.confirmsAndFinishes();
      await person.sees('Activating your connection');
      await expect(person.heading('Activating your connection')).toBeFocused();
    });

    await test.step('what is for browsers without JavaScript stays dead', async () => {
      // Alive, it would reload the page in five seconds: it must not be there now, whatever comes then.
      expect(await person.page.locator('meta[http-equiv="refresh"]').count()).toBe(0);
    });
    expect(await isMarked(person.page)).toBe(true);
  });

  test('a page that cannot be fetched is an error page that recovers, and a form that cannot be sent keeps what was typed', async ({
    person,
    context,
  }) => {
    const portal = ownPortal();
    await person.opensList();
    await mark(person.page);

    await test.step('a page', async () => {
      await context.setOffline(true);
      await person.link('Connect a bank').click();
      await person.sees('The page cannot be loaded');
      await expect(person.heading('The page cannot be loaded')).toBeFocused();
      await context.setOffline(false);
      await person.link('Try again').click();
      await person.sees('Connection details');
    });

    await test.step('a form', async () => {
      await person.saysThatBankIsNotListed();
      await person.fillsInUnlistedBank('Offline Bank', portal);
      await context.setOffline(true);
      await person.continues();
      await expect(person.page.getByRole('alert')).toBeVisible();
      await expect(person.textbox('Bank name')).toHaveValue('Offline Bank');
      await expect(person.textbox('Bank portal URL')).toHaveValue(portal);
      await context.setOffline(false);
      await person.continues();
      await person.sees('Create the delegated user');
    });
    expect(await isMarked(person.page)).toBe(true);
  });

  test('style sheets and words that extensions change are no other page', async ({ person, simulator }) => {
    const { page } = person;
    const id = await person.hasConnected(INSTANT_BANK);
    const failures: string[] = [];
    page.on('pageerror', (error) => failures.push(error.message));
    await person.opensList();
    await mark(page);

    await test.step('a style sheet before ours', async () => {
      await page.evaluate(() => {
        const sheet = Object.assign(document.createElement('link'), { rel: 'stylesheet', href: '/extension.css' });
        document.head.prepend(sheet);
        document.querySelector('link[href*="connect.css"]')?.setAttribute('href', '/changed.css');
      });
      await person.listed(INSTANT_BANK.name).getByRole('link').click();
      await person.sees(INSTANT_BANK.name);
      expect(await isMarked(page)).toBe(true);
    });

    await test.step('news on a page that the browser translated move nothing', async () => {
      await page.evaluate(translates);
      const filter = page.locator('#filter-from');
      const chart = page.locator('main details').nth(1);
      await chart.locator('summary').click();
      await filter.focus();
      await page.evaluate(() => window.scrollTo(0, 700));
      const before = await page.evaluate(() => window.scrollY);
      await simulator.put(id, { status: 'paused' });
      await expect(page.locator('main font'), 'the page came anew').toHaveCount(0);
      await person.ready();
      await expect(filter).toBeFocused();
      await expect(chart).toHaveAttribute('open', '');
      await expect(page.locator('main details').first()).not.toHaveAttribute('open');
      // What stands above may be of another height now.
      expect(Math.abs((await page.evaluate(() => window.scrollY)) - before)).toBeLessThan(100);
      await expect(page.locator('html'), 'the translation goes on').toHaveAttribute('lang', 'de');
      expect(await isMarked(page)).toBe(true);
    });
    expect(failures).toEqual([]);
  });

  test('a page in another language takes all of the page along', async ({ person }) => {
    const { page } = person;
    await person.open('/new');
    await mark(page);
    await page.setExtraHTTPHeaders({ 'accept-language': 'es-MX' });
    await person.link('Cancel').click();
    await person.sees('Conexiones bancarias');
    await expect(page.locator('html')).toHaveAttribute('lang', 'es-MX');
    await expect(page.locator('.skip-link')).not.toHaveText(/skip/i);
    await person.link('Conectar un banco').click();
    await person.sees('Datos de la conexión');
    await page.getByRole('combobox', { name: 'Banco', exact: true }).fill('zzzz no such bank zzzz');
    const news = page.getByRole('main').getByRole('status');
    await expect(news.filter({ hasText: /ningún banco/i })).toBeVisible();
    expect(await isMarked(page)).toBe(true);
  });

  test('a message survives the way to a newer version', async ({ person }) => {
    const { page } = person;
    await person.open('/new?unlisted=true');
    await mark(page);
    // The page is of an older version than the server.
    await page.evaluate(() => document.querySelector('meta[name=connect-build]')?.setAttribute('content', 'pkg/older'));
    await person.fillsInUnlistedBank('Our House Bank', 'http://house.example/login');
    await person.continues();
    await page.waitForFunction(() => Reflect.get(window, 'sameDocument') !== true);
    await expect(page.getByRole('alert').first()).toBeVisible();
    await expect(person.textbox('Bank name')).toHaveValue('Our House Bank');
  });

  test('a form that a newer version refuses is shown by the browser itself', async ({ person }) => {
    const id = await person.hasBegunAt(STANDARD_BANK);
    await person.open(`/connections/${id}/setup?step=finish`);
    await person.sees('Finish setup');
    const finishing = /\/api\/submit_finish/;
    await person.page.route(finishing, async (route) => {
      if (route.request().resourceType() !== 'fetch') return route.continue();
      const response = await route.fetch();
      const body = (await response.text()).replace('name="connect-build" content="', 'name="connect-build" content="newer/');
      await route.fulfill({ response, body });
    });
    await mark(person.page);
    // The server refuses what the page itself does not.
    await person.page.evaluate(() => document.querySelectorAll('[data-missing]').forEach((box) => box.removeAttribute('data-missing')));
    await person.button('Finish setup').click();
    await expect(person.page.getByRole('alert').first()).toBeVisible();
    await expect(person.page.getByText('The server cannot be reached')).toHaveCount(0);
    expect(await isMarked(person.page)).toBe(false);
  });
});

test('back and forward work like everywhere', { tag: '@no-javascript' }, async ({ person }) => {
  await person.open('/new?unlisted=true');
  await person.fillsInUnlistedBank('History Bank', ownPortal());
  await person.continues();
  await person.sees('Create the delegated user');
  await person.link('Finish later').click();
  await person.sees('Bank connections');
  // Past a form that was sent, which the browser does not ask about.
  await person.page.goBack();
  await person.sees('Create the delegated user');
  await person.page.goForward();
  await person.sees('Bank connections');
});
