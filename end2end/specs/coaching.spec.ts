// Help beside the fields of an unlisted bank, while they are filled in: it speaks, and neither sends nor chooses anything.
// What it says of which address, and how a form without JavaScript asks instead, is in server/tests/it/coaching.rs.
import { STANDARD_BANK, type Person } from '../support/person';
import { expect, ownPortal, test } from '../support/test';

const WRONG = 'http://bank.example/login';

/** Where the help is said, also to whoever cannot see it. */
function notes(person: Person) {
  return person.page.getByRole('main').getByRole('status');
}

function isHelp(url: string): boolean {
  return new URL(url).pathname.endsWith('/api/coach_portal');
}

test.describe('help with an address', { tag: '@javascript' }, () => {
  test('an address is commented on and a bank offered before anything is sent, and the choice is left', async ({
    person,
    org,
    simulator,
  }) => {
    const portal = person.textbox('Bank portal URL');
    await person.open('/new?unlisted=true');

    await test.step('an odd address is noticed, and not once it is mended', async () => {
      const says = /looks like the one of another bank.*Standard Test Bank, portal\.standard-test-bank\.example/;
      await person.fillsInUnlistedBank('Odd Bank', 'https://portal.standard-tesst-bank.example/login');
      await portal.press('Tab');
      const check = person.checkbox("I have checked the address: it is my bank's");
      await expect(notes(person).filter({ hasText: says })).toBeVisible();
      await expect(notes(person).getByRole('link', { name: /Use Standard Test Bank .* instead/ })).toBeVisible();
      await check.check();
      // What was ticked for one host counts for no other.
      await portal.fill('https://192.0.2.7/login');
      await portal.press('Tab');
      await expect(notes(person).filter({ hasText: 'is a number instead of a name' })).toBeVisible();
      await expect(check).not.toBeChecked();
      await portal.fill(ownPortal());
      await portal.press('Tab');
      await expect(notes(person).filter({ hasText: 'is a number instead of a name' })).toHaveCount(0);
      await expect(check).toBeHidden();
    });

    await test.step('the portal of a bank in the list offers that bank, and changes nothing', async () => {
      const listed = 'https://portal.standard-test-bank.example/login';
      await person.fillsInUnlistedBank('Our House Bank', listed);
      await portal.press('Tab');
      const choose = notes(person).getByRole('link', { name: /This looks like Standard Test Bank.*Choose it/ });
      await expect(choose).toBeVisible();
      await expect(person.textbox('Bank name'), 'nothing is changed').toHaveValue('Our House Bank');
      await expect(portal).toHaveValue(listed);
      expect(await simulator.receivedNaming(org)).toEqual([]);

      await choose.click();
      await expect(person.page.getByRole('radio', { name: STANDARD_BANK.name })).toBeChecked();
      await person.sees('Connection details');
      expect(await simulator.receivedNaming(org), 'choosing is not sending').toEqual([]);
      await person.continues();
      await person.sees('Create the delegated user');
    });
  });

  test('help neither takes a click away nor holds up the form where it does not come', async ({ person }) => {
    const { page } = person;
    await person.open('/new?unlisted=true');

    await test.step('a note that arrives while "Continue" is pressed does not take the click away', async () => {
      await person.fillsInUnlistedBank('Odd Bank', WRONG);
      const box = await person.button('Continue').boundingBox();
      await page.mouse.move((box?.x ?? 0) + (box?.width ?? 0) / 2, (box?.y ?? 0) + (box?.height ?? 0) / 2);
      const helped = page.waitForEvent('requestfinished', (request) => isHelp(request.url()));
      await page.mouse.down();
      await helped;
      // By the frame after the next, what has arrived would stand there.
      await page.evaluate(twoFrames);
      await expect(page.locator('#portal-coach')).toBeEmpty();
      await page.mouse.up();
      await expect(person.textbox('Bank portal URL')).toHaveAttribute('aria-invalid', 'true');
      await person.ready();
    });

    await test.step('help that does not come is not missed', async () => {
      await page.route((url) => isHelp(url.href), (route) => route.abort());
      const asked = page.waitForEvent('requestfailed', (request) => isHelp(request.url()));
      await person.fillsInUnlistedBank('Quiet Bank', ownPortal());
      await person.textbox('Bank portal URL').press('Tab');
      await asked;
      await person.continues();
      await person.sees('Create the delegated user');
    });
  });
});

/** Runs in the page. */
function twoFrames(): Promise<void> {
  return new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve())));
}
