// What was begun on a device and not sent yet stays there: for one customer, for a while, without secrets.
import { randomUUID } from 'node:crypto';
import type { Page } from '@playwright/test';
import { READY_BANK, STANDARD_BANK, type Person } from '../support/person';
import { expect, ownPortal, test } from '../support/test';

const DAY_MILLIS = 86_400_000;

const stored = (page: Page) =>
  page.evaluate(() => JSON.stringify([{ ...window.localStorage }, { ...window.sessionStorage }]));

/** Somebody signs in on the same device. */
async function signsIn(person: Person, org: string): Promise<void> {
  const form = { user: 'pat', org };
  const response = await person.context.request.post(person.url('/demo/sign-in'), { form, maxRedirects: 0 });
  expect(response.status()).toBe(303);
}

/** Runs in the page: in place of the only draft there are as many as ages, each saved so many days earlier. */
function age({ days, millis }: { days: number[]; millis: number }): void {
  for (const [key, text] of Object.entries({ ...localStorage })) {
    const stored = JSON.parse(text as string);
    const [draft] = stored.drafts;
    const older = (day: number) => ({
      ...draft,
      id: `${draft.id}-${day}`.replace('.', '-'),
      requestedName: `Bank of day ${day}`,
      savedAt: draft.savedAt - day * millis,
      expiresAt: draft.expiresAt - day * millis,
    });
    localStorage.setItem(key, JSON.stringify({ ...stored, drafts: days.map(older) }));
  }
}

test.describe('drafts', { tag: '@javascript' }, () => {
  test('an unlisted bank is resumed from the list, ages, and is discarded or forgotten', async ({ person, org }) => {
    const { page } = person;
    const portal = ownPortal('/Login?Region=EU');

    await test.step('a reload in the middle of typing loses nothing', async () => {
      await person.open('/new');
      await person.saysThatBankIsNotListed();
      await person.fillsInUnlistedBank('Drafted Bank', portal);
      await expect.poll(() => stored(page)).toContain(portal);
      await person.reload();
      await person.opensList();
      await person.listed('Drafted Bank').getByRole('link', { name: 'Resume' }).click();
      await person.sees('Connection details');
      await expect(person.textbox('Bank name')).toHaveValue('Drafted Bank');
      await expect(person.textbox('Bank portal URL')).toHaveValue(portal);
    });

    await test.step('another customer on the same device sees no draft', async () => {
      await person.link('Keep draft').click();
      await person.sees('Bank connections');
      await expect(person.listed('Drafted Bank')).toBeVisible();
      await signsIn(person, `org-${randomUUID()}`);
      await person.opensList();
      await expect(page.getByText('Drafted Bank')).toHaveCount(0);
      await signsIn(person, org);
    });

    await test.step('the list says how old a draft is and when it is forgotten, and then it is, on any page', async () => {
      await page.evaluate(age, { days: [0, 1, 3.5, 29, 30], millis: DAY_MILLIS });
      await person.open('/new');
      expect(await stored(page), 'what has expired is erased').not.toContain('Bank of day 30');
      await person.opensList();
      for (const [day, says] of [
        [0, 'saved today, expires in 30 days'],
        [1, 'saved yesterday, expires in 29 days'],
        [3.5, 'saved 3 days ago, expires in 27 days'],
        [29, 'saved 29 days ago, expires in 1 day'],
      ] as const) {
        const draft = person.listed(new RegExp(`Bank of day ${day}(?!\\.|\\d)`));
        await expect(draft.getByText(says, { exact: true }), `after ${day} days`).toBeVisible();
      }
      await expect(page.getByText('Bank of day 30')).toHaveCount(0);
      await expect(person.link('Resume')).toHaveCount(4);
    });

    await test.step('a draft is discarded, and the keyboard goes on at the next one or at the top', async () => {
      const discards = person.button('Discard draft');
      for (let left = 3; left > 0; left -= 1) {
        await discards.first().click();
        await expect(discards).toHaveCount(left);
        await expect(discards.first()).toBeFocused();
      }
      await discards.click();
      await expect(discards).toHaveCount(0);
      await expect(page.locator('#announcer')).toHaveText('Removed');
      await expect(person.heading('Bank connections')).toBeFocused();
      await person.reload();
      await expect(page.getByText('Bank of day')).toHaveCount(0);
      expect(await stored(page)).not.toContain('Bank of day');
    });
  });

  test('cancelling deletes the draft, and says so before', async ({ person }) => {
    const { page } = person;
    await person.open('/new?unlisted=true');
    await person.fillsInUnlistedBank('Regretted Bank', ownPortal());
    await expect.poll(() => stored(page)).toContain('Regretted Bank');
    await person.link('Keep draft').click();
    await person.listed('Regretted Bank').getByRole('link', { name: 'Resume' }).click();
    await person.sees('Connection details');
    // A draft that is resumed and not changed has as much to lose.
    await expect(page.getByText('Cancel deletes it.')).toBeVisible();
    await person.link('Cancel').click();
    await person.sees('Bank connections');
    await expect(page.getByText('Regretted Bank')).toHaveCount(0);
    expect(await stored(page)).not.toContain('Regretted Bank');
  });

  test('a draft of a bank that is connected already goes with it', async ({ person }) => {
    const { page } = person;
    await person.open('/new');
    await person.chooses(READY_BANK);
    await expect.poll(() => stored(page)).toContain(READY_BANK.id);
    await person.continues();
    await person.sees(READY_BANK.name);
    await expect.poll(() => stored(page)).not.toContain(READY_BANK.id);
    await person.opensList();
    await expect(person.link('Resume')).toHaveCount(0);
  });

  test('a draft whose connection a colleague removes goes with it', async ({ person }) => {
    const { page } = person;
    const id = await person.startsSetupOf(STANDARD_BANK);
    await person.opensList();
    await expect.poll(() => stored(page)).toContain(id);
    await person.posts('remove_connection', { connection_id: id, confirmation: STANDARD_BANK.name });
    await person.reload();
    await expect.poll(() => stored(page)).not.toContain(id);
    await expect(person.link('Resume')).toHaveCount(0);
  });

  test('free text is resumed as text, and a chosen bank as chosen', async ({ person }) => {
    const field = person.page.getByRole('combobox', { name: 'Bank', exact: true });
    const chosen = person.page.locator('input[name="institution_id"]');
    const leavesAndResumes = async () => {
      await person.link('Keep draft').click();
      await person.sees('Bank connections');
      await person.listed(STANDARD_BANK.name).getByRole('link', { name: 'Resume' }).click();
      await person.sees('Connection details');
      await expect(field).toHaveValue(STANDARD_BANK.name);
    };
    await person.open('/new');
    await field.fill(STANDARD_BANK.name);
    await expect(person.page.getByRole('option').first()).toBeVisible();
    await field.press('Escape');
    await leavesAndResumes();
    await person.continues();
    await expect(field).toHaveAttribute('aria-invalid', 'true');
    await person.ready();

    await person.chooses(STANDARD_BANK);
    await leavesAndResumes();
    await expect(chosen).toHaveValue(STANDARD_BANK.id);
    await person.continues();
    await person.sees('Create the delegated user');
  });

  test('a draft leads to its connection and is forgotten once that is connected', async ({ person, simulator }) => {
    await person.open('/new?unlisted=true');
    await person.fillsInUnlistedBank('Grown Bank', ownPortal());
    await person.continues();
    await person.sees('Create the delegated user');
    const id = person.connectionId();
    await expect.poll(() => stored(person.page)).toContain(id);
    await person.opensList();
    // It is in the list as a connection, not once more as a draft.
    await expect(person.listed('Grown Bank')).toHaveCount(1);
    await simulator.connect(id);
    await person.open(`/connections/${id}`);
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
    await person.open('/new?unlisted=true');
    await person.fillsInUnlistedBank('Sandboxed Bank', ownPortal());
    await person.continues();
    await person.sees('Create the delegated user');
    await person.finishesSetup();
    await person.opensList();
    await expect(person.listed('Sandboxed Bank')).toHaveCount(1);
    expect(failures).toEqual([]);
  });

  test('storage that was corrupted costs the drafts and nothing else', async ({ person }) => {
    const { page } = person;
    await person.open('/new?unlisted=true');
    await person.fillsInUnlistedBank('Corrupted Bank', ownPortal());
    await expect.poll(() => stored(page)).toContain('Corrupted Bank');
    const failures: string[] = [];
    page.on('pageerror', (error) => failures.push(error.message));
    // No JSON, no object, no list of drafts, and a list that nothing can be made of.
    for (const rubbish of ['{"schema":', 'null', '[]', '{"schema":99,"drafts":[{"id":7}]}']) {
      await page.evaluate((text) => {
        for (const key of Object.keys(localStorage)) localStorage.setItem(key, text);
      }, rubbish);
      await person.opensList();
      await expect(person.link('Resume')).toHaveCount(0);
    }
    await person.open('/new?unlisted=true');
    await person.fillsInUnlistedBank('Corrupted Bank', ownPortal());
    await expect.poll(() => stored(page), 'what is typed now is kept again').toContain('Corrupted Bank');
    await person.continues();
    await person.sees('Create the delegated user');
    expect(failures).toEqual([]);
  });
});
