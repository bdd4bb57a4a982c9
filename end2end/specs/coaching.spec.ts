// Help beside the fields of an unlisted bank, while they are filled in: it speaks, and neither sends nor chooses anything.
import type { Locator } from '@playwright/test';
import { STANDARD_BANK, type Person } from '../support/person';
import { expect, ownPortal, test } from '../support/test';

const ODD: [what: string, typed: string, says: RegExp][] = [
  ['an http address', 'http://bank.example/login', /must start with https:/],
  ['a user name in the address', 'https://me@bank.example/login', /must not contain a user name or password/],
  ['a number instead of a name', 'https://192.0.2.7/login', /is a number instead of a name/],
  [
    'an address one letter off that of a bank in the list',
    'https://portal.standard-tesst-bank.example/login',
    /looks like the one of another bank.*Standard Test Bank, portal\.standard-test-bank\.example/,
  ],
  [
    'a bank in front of another domain',
    'https://portal.standard-test-bank.example.sign-in.example/',
    /looks like the one of another bank.*Standard Test Bank/,
  ],
];

/** Where the help is said, also to whoever cannot see it. */
function notes(person: Person): Locator {
  return person.page.getByRole('main').getByRole('status');
}

async function startsUnlisted(person: Person): Promise<void> {
  await person.startsConnecting();
  await person.saysThatBankIsNotListed();
}

test('without JavaScript an odd address is asked about when it is sent', { tag: '@no-javascript' }, async ({
  person,
  org,
  simulator,
}) => {
  for (const [, typed, says] of ODD.slice(2)) {
    await person.open('/new?unlisted=true');
    await person.fillsInUnlistedBank('Odd Bank', typed);
    await person.continues();
    const portal = person.textbox('Bank portal URL');
    await expect(portal).toHaveValue(typed);
    await expect(portal).toHaveAccessibleDescription(says);
    expect(await simulator.receivedNaming(org)).toEqual([]);
  }
  await person.checkbox("I have checked the address: it is my bank's").check();
  await person.continues();
  await person.sees('Create the delegated user');
});

test('an odd address and a known name are two questions, and both can be answered', { tag: '@no-javascript' }, async ({
  person,
}) => {
  await person.open('/new?unlisted=true');
  await person.fillsInUnlistedBank(STANDARD_BANK.name, 'https://192.0.2.7/login');
  await person.continues();
  await person.checkbox('This is a different bank').check();
  await person.continues();
  await expect(person.checkbox('This is a different bank')).toBeChecked();
  await person.checkbox("I have checked the address: it is my bank's").check();
  await person.continues();
  await person.sees('Create the delegated user');
});

test.describe('help with an address', { tag: '@javascript' }, () => {
  for (const [what, typed, says] of ODD) {
    test(`${what} is noticed before anything is sent`, async ({ person, org, simulator }) => {
      await startsUnlisted(person);
      await person.fillsInUnlistedBank('Odd Bank', typed);
      await person.textbox('Bank portal URL').press('Tab');
      await expect(notes(person).filter({ hasText: says })).toBeVisible();
      await expect(notes(person).getByRole('link')).toHaveCount(0);
      expect(await simulator.receivedNaming(org)).toEqual([]);

      // Mended, there is nothing left to say.
      await person.textbox('Bank portal URL').fill(ownPortal());
      await person.textbox('Bank portal URL').press('Tab');
      await expect(notes(person).filter({ hasText: says })).toHaveCount(0);
      await person.continues();
      await person.sees('Create the delegated user');
    });
  }

  for (const [what, name, portal] of [
    ['portal', 'Our House Bank', 'https://portal.standard-test-bank.example/login'],
    ['name', STANDARD_BANK.name, ownPortal()],
  ] as const) {
    test(`the ${what} of a bank in the list offers that bank, and leaves the choice`, async ({ person, org, simulator }) => {
      await startsUnlisted(person);
      await person.fillsInUnlistedBank(name, portal);
      await person.textbox('Bank portal URL').press('Tab');
      const choose = notes(person).getByRole('link', { name: /This looks like Standard Test Bank.*Choose it/ });
      await expect(choose).toBeVisible();
      await expect(person.textbox('Bank name'), 'nothing is changed').toHaveValue(name);
      await expect(person.textbox('Bank portal URL')).toHaveValue(portal);
      expect(await simulator.receivedNaming(org)).toEqual([]);

      await choose.click();
      await expect(person.page.getByRole('radio', { name: STANDARD_BANK.name })).toBeChecked();
      await person.sees('Connection details');
      expect(await simulator.receivedNaming(org), 'choosing is not sending').toEqual([]);
      await person.continues();
      await person.sees('Create the delegated user');
    });
  }

  test('help that does not come is not missed', async ({ person }) => {
    await startsUnlisted(person);
    await person.page.route((url) => url.pathname.endsWith('/api/coach_portal'), (route) => route.abort());
    await person.fillsInUnlistedBank('Quiet Bank', ownPortal());
    await person.continues();
    await person.sees('Create the delegated user');
  });

  test('a note that appears while "Continue" is pressed does not take the click away', async ({ person }) => {
    await startsUnlisted(person);
    await person.fillsInUnlistedBank('Odd Bank', 'http://bank.example/login');
    const box = await person.button('Continue').boundingBox();
    const { mouse } = person.page;
    await mouse.move((box?.x ?? 0) + (box?.width ?? 0) / 2, (box?.y ?? 0) + (box?.height ?? 0) / 2);
    await mouse.down();
    // As long as a person's finger stays down.
    await new Promise((resolve) => setTimeout(resolve, 150));
    await mouse.up();
    await expect(person.textbox('Bank portal URL')).toHaveAttribute('aria-invalid', 'true');
  });
});
