// The values of the delegated user on an open page: some arrive minutes after the rest, and each can be copied.
import { looksRight } from '../support/audit';
import { PROVISIONING_BANK } from '../support/person';
import { expect, test } from '../support/test';

test('values that arrive late appear by themselves, and each is copied exactly', { tag: '@javascript' }, async ({
  person,
  context,
  simulator,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const id = await person.hasBegunAt(PROVISIONING_BANK);
  await test.step('a value that is being prepared says so, and cannot be copied', async () => {
    await person.open(`/connections/${id}/setup`);
    await expect(person.detail('Username')).toHaveText(/waycore/);
    await expect(person.detail('Email')).toContainText(/being prepared/i);
    await expect(person.detail('Phone number')).toContainText(/being prepared/i);
    await expect(person.button('Copy email')).toHaveCount(0);
  });

  const username = 'O0-l1 <spaced  twice>';
  await test.step('it appears by itself', async () => {
    const instructions = {
      username,
      email: 'late@delegates.waycore.example',
      phoneNumber: '+44 20 7946 0123',
      emailProvisioningStatus: 'provisioned',
      phoneNumberProvisioningStatus: 'provisioned',
    };
    await simulator.put(id, { instructions });
    await expect(person.detail('Email')).toContainText(instructions.email);
    await expect(person.detail('Phone number')).toContainText(instructions.phoneNumber);
    await expect(person.button('Copy email')).toBeVisible();
    await person.ready();
    const email = person.detail('Email').getByText(instructions.email, { exact: true });
    const lines = await email.evaluate((shown) => {
      const text = document.createRange();
      text.selectNodeContents(shown);
      return new Set([...text.getClientRects()].map(({ top }) => top)).size;
    });
    expect(lines, 'on a laptop the address is in one line').toBe(1);
  });

  await test.step('each value is copied exactly', async () => {
    await person.button('Copy username').click();
    await expect(person.page.getByRole('status').filter({ hasText: /copied/i })).toHaveCount(1);
    // Our pages may write to the clipboard and not read it, so another page does.
    const other = await context.newPage();
    await other.goto(simulator.console());
    expect(await other.evaluate(() => navigator.clipboard.readText())).toBe(username);
    await other.close();
  });

  await test.step('a value that cannot be copied says so beside the value', async () => {
    await person.page.evaluate(() => {
      Object.defineProperty(navigator, 'clipboard', { get: () => undefined });
    });
    const says = 'Copying is not possible here. Select the text instead.';
    const copy = person.page.getByRole('button', { name: 'Copy username', exact: true });
    await copy.evaluate((button) => button.scrollIntoView({ block: 'end' }));
    for (let click = 0; click < 2; click += 1) await copy.click();
    const row = person.page.locator('.detail-row').filter({ has: copy });
    // Browsers scroll by whole pixels.
    await expect(row.getByText(says), 'once').toBeInViewport({ ratio: 0.9 });
    await expect(copy, 'it no longer says that it was copied').not.toHaveAttribute('data-done');
    await expect(person.page.locator('#announcer')).toHaveText(says);
    await looksRight(person, 'delegated user', 'copying is not possible');
  });
});
