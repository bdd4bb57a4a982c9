// Links and forms move without a reload, as a person expects of a page: focus, history, failures.
import type { Page } from '@playwright/test';
import { STANDARD_BANK } from '../support/person';
import { expect, ownPortal, test } from '../support/test';

/** Marks the document; a reload would lose the mark. */
const mark = (page: Page) => page.evaluate(() => void Reflect.set(window, 'sameDocument', true));
const isMarked = (page: Page) => page.evaluate(() => Reflect.get(window, 'sameDocument') === true);

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

  test('a form that a newer version refuses is shown by the browser itself', async ({ person }) => {
    const id = await person.hasBegunAt(STANDARD_BANK);
    await person.open(`/connections/${id}/setup?step=finish`);
    await person.sees('Finish setup');
    const finishing = /\/api\/submit_finish/;
    await person.page.route(finishing, async (route) => {
      if (route.request().resourceType() !== 'fetch') return route.continue();
      const response = await route.fetch();
      const body = (await response.text()).replaceAll('.css"', '.newer.css"');
      await route.fulfill({ response, body });
    });
    await mark(person.page);
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
