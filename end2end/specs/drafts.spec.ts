// What was begun on a device and not sent yet stays there: for one customer, for a while, without secrets.
import { randomUUID } from 'node:crypto';
import type { Page } from '@playwright/test';
import { STANDARD_BANK } from '../support/person';
import { expect, ownPortal, test } from '../support/test';

const DAY_MILLIS = 86_400_000;

const stored = (page: Page) =>
  page.evaluate(() => JSON.stringify([{ ...window.localStorage }, { ...window.sessionStorage }]));

test.describe('drafts', { tag: '@javascript' }, () => {
  test('an unlisted bank is resumed from the list', async ({ person }) => {
    const portal = ownPortal('/Login?Region=EU');
    await person.startsConnecting();
    await person.saysThatBankIsNotListed();
    await person.fillsInUnlistedBank('Drafted Bank', portal);
    await person.link('Cancel').click();
    await person.sees('Bank connections');
    await expect(person.listed('Drafted Bank')).toBeVisible();
    await person.reload();
    await person.listed('Drafted Bank').getByRole('link', { name: 'Resume' }).click();
    await person.sees('Connection details');
    await expect(person.textbox('Bank name')).toHaveValue('Drafted Bank');
    await expect(person.textbox('Bank portal URL')).toHaveValue(portal);
    await person.continues();
    await person.sees('Create the delegated user');
  });

  test('a reload in the middle of typing loses nothing', async ({ person }) => {
    const portal = ownPortal();
    await person.startsConnecting();
    await person.saysThatBankIsNotListed();
    await person.fillsInUnlistedBank('Interrupted Bank', portal);
    await expect.poll(() => stored(person.page)).toContain(portal);
    await person.reload();
    await person.opensList();
    await person.listed('Interrupted Bank').getByRole('link', { name: 'Resume' }).click();
    await person.sees('Connection details');
    await expect(person.textbox('Bank portal URL')).toHaveValue(portal);
  });

  test('a chosen bank is resumed as chosen', async ({ person }) => {
    await person.startsConnecting();
    await person.chooses(STANDARD_BANK);
    await person.link('Cancel').click();
    await person.sees('Bank connections');
    await person.listed(STANDARD_BANK.name).getByRole('link', { name: 'Resume' }).click();
    await person.sees('Connection details');
    const field = person.page.getByRole('combobox', { name: 'Bank', exact: true });
    await expect(field).toHaveValue(STANDARD_BANK.name);
    await expect(person.page.locator('input[name="institution_id"]')).toHaveValue(STANDARD_BANK.id);
    await person.continues();
    await person.sees('Create the delegated user');
  });

  test('free text is resumed as text, not as a choice', async ({ person }) => {
    await person.startsConnecting();
    const field = person.page.getByRole('combobox', { name: 'Bank', exact: true });
    await field.fill(STANDARD_BANK.name);
    await expect(person.page.getByRole('option').first()).toBeVisible();
    await field.press('Escape');
    await person.link('Cancel').click();
    await person.sees('Bank connections');
    await person.link('Resume').click();
    await person.sees('Connection details');
    await expect(field).toHaveValue(STANDARD_BANK.name);
    await person.continues();
    await expect(field).toHaveAttribute('aria-invalid', 'true');
  });

  test('the list says how old a draft is and when it is forgotten, and then it is', async ({ person }) => {
    const { clock } = person.page;
    const begun = Date.now();
    await clock.setFixedTime(begun);
    await person.startsConnecting();
    await person.saysThatBankIsNotListed();
    await person.fillsInUnlistedBank('Ageing Bank', ownPortal());
    await expect.poll(() => stored(person.page)).toContain('Ageing Bank');
    const draft = person.listed('Ageing Bank');
    for (const [days, says] of [
      [0, 'saved today, expires in 30 days'],
      [1, 'saved yesterday, expires in 29 days'],
      [3.5, 'saved 3 days ago, expires in 27 days'],
      [29, 'saved 29 days ago, expires in 1 day'],
    ] as const) {
      await clock.setFixedTime(begun + days * DAY_MILLIS);
      await person.opensList();
      await expect(draft.getByText(says, { exact: true }), `after ${days} days`).toBeVisible();
    }
    await clock.setFixedTime(begun + 30 * DAY_MILLIS + 1_000);
    await person.opensList();
    await expect(draft).toHaveCount(0);
    await expect(person.link('Resume')).toHaveCount(0);
  });

  test('a draft is discarded', async ({ person }) => {
    await person.startsConnecting();
    await person.saysThatBankIsNotListed();
    await person.fillsInUnlistedBank('Discarded Bank', ownPortal());
    await person.link('Cancel').click();
    await person.sees('Bank connections');
    await person.button('Discard draft').click();
    await expect(person.page.getByText('Discarded Bank')).toHaveCount(0);
    await expect(person.page.locator('#announcer')).toHaveText('Removed');
    await expect(person.heading('Bank connections')).toBeFocused();
    await person.reload();
    await expect(person.page.getByText('Discarded Bank')).toHaveCount(0);
    expect(await stored(person.page)).not.toContain('Discarded Bank');
  });

  test('another customer on the same device sees no draft', async ({ person, place }) => {
    await person.startsConnecting();
    await person.saysThatBankIsNotListed();
    await person.fillsInUnlistedBank('Confidential Bank', ownPortal());
    await person.link('Cancel').click();
    await expect(person.listed('Confidential Bank')).toBeVisible();
    const response = await person.context.request.post(`${place.url}/demo/sign-in`, {
      form: { user: 'pat', org: `org-${randomUUID()}` },
      maxRedirects: 0,
    });
    expect(response.status()).toBe(303);
    await person.opensList();
    await expect(person.page.getByText('Confidential Bank')).toHaveCount(0);
  });

  test('a draft leads to its connection and is forgotten once that is connected', async ({ person, simulator }) => {
    const id = await person.startsSetupOfUnlisted('Grown Bank', ownPortal());
    await expect.poll(() => stored(person.page)).toContain(id);
    await person.opensList();
    // It is in the list as a connection, not once more as a draft.
    await expect(person.listed('Grown Bank')).toHaveCount(1);
    await person.link('Grown Bank').click();
    await person.sees('Create the delegated user');
    await person.finishesSetup();
    await simulator.connect(id);
    await person.seesConnected('Grown Bank');
    await expect.poll(() => stored(person.page)).not.toContain(id);
  });

  test('storage that is denied costs the drafts and nothing else', async ({ person, context }) => {
    await context.addInitScript(() => {
      const deny = {
        get() {
          throw new DOMException('The document is sandboxed.', 'SecurityError');
        },
      };
      Object.defineProperty(window, 'localStorage', deny);
      Object.defineProperty(window, 'sessionStorage', deny);
    });
    const failures: string[] = [];
    person.page.on('pageerror', (error) => failures.push(error.message));
    await person.startsSetupOfUnlisted('Sandboxed Bank', ownPortal());
    await person.finishesSetup();
    await person.opensList();
    await expect(person.listed('Sandboxed Bank')).toHaveCount(1);
    expect(failures).toEqual([]);
  });

  test('storage that was corrupted costs the drafts and nothing else', async ({ person }) => {
    await person.startsConnecting();
    await person.saysThatBankIsNotListed();
    await person.fillsInUnlistedBank('Corrupted Bank', ownPortal());
    await expect.poll(() => stored(person.page)).toContain('Corrupted Bank');
    const failures: string[] = [];
    person.page.on('pageerror', (error) => failures.push(error.message));
    for (const rubbish of ['{"schema":', 'null', '[]', '{"schema":99,"drafts":[{"id":7}]}', '\u0000']) {
      await person.page.evaluate((text) => {
        for (const key of Object.keys(localStorage)) localStorage.setItem(key, text);
      }, rubbish);
      await person.opensList();
      await expect(person.link('Resume')).toHaveCount(0);
    }
    await person.startsSetupOfUnlisted('Corrupted Bank', ownPortal());
    expect(failures).toEqual([]);
  });
});
