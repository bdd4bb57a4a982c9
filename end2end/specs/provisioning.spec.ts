// Some values of the delegated user arrive minutes after the rest.
import { looksRight } from '../support/audit';
import { PROVISIONING_BANK, STANDARD_BANK } from '../support/person';
import { expect, test } from '../support/test';

test('values that arrive late are announced, and appear', async ({ person, simulator }) => {
  const id = await person.startsSetupOf(PROVISIONING_BANK);
  await expect(person.detail('Username')).toHaveText(/waycore/);
  await expect(person.detail('Email')).toContainText(/being prepared/i);
  await expect(person.detail('Phone number')).toContainText(/being prepared/i);
  // Nobody can copy a value that is not there yet.
  await expect(person.button('Copy email')).toHaveCount(0);

  const instructions = {
    email: 'late@delegates.waycore.example',
    phoneNumber: '+44 20 7946 0123',
    emailProvisioningStatus: 'provisioned',
    phoneNumberProvisioningStatus: 'provisioned',
  };
  await simulator.put(id, { instructions });
  if (!person.hasJavaScript) await person.reload();
  await expect(person.detail('Email')).toContainText(instructions.email);
  await expect(person.detail('Phone number')).toContainText(instructions.phoneNumber);
  if (person.hasJavaScript) await expect(person.button('Copy email')).toBeVisible();
});

test('each value is copied exactly', { tag: '@javascript' }, async ({ person, context, simulator }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const id = await person.startsSetupOf(PROVISIONING_BANK);
  const username = 'O0-l1 <spaced  twice>';
  await simulator.put(id, { instructions: { username } });
  await person.reload();
  await person.button('Copy username').click();
  await expect(person.page.getByRole('status').filter({ hasText: /copied/i })).toHaveCount(1);
  expect(await person.page.evaluate(() => navigator.clipboard.readText())).toBe(username);
});

test('a value that cannot be copied says so beside the value', {
  tag: '@javascript',
}, async ({ person }) => {
  await person.page.addInitScript(() => {
    Object.defineProperty(navigator, 'clipboard', { get: () => undefined });
  });
  await person.startsSetupOf(STANDARD_BANK);
  await person.reload();
  const says = 'Copying is not possible here. Select the text instead.';
  for (let click = 0; click < 2; click += 1) await person.button('Copy username').click();
  const copy = person.page.getByRole('button', { name: 'Copy username', exact: true });
  const row = person.page.locator('.detail-row').filter({ has: copy });
  await expect(row.getByText(says), 'once').toBeInViewport({ ratio: 1 });
  await expect(person.page.locator('#announcer')).toHaveText(says);
  await looksRight(person, 'delegated user', 'copying is not possible');
});
