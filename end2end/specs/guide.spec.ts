// What somebody is told for their work at the bank: what the user may do there and how it signs in, and which guide to
// follow, the exact one where Waycore supplied it, else the general one.
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ownFolder } from '../support/folder';
import { PROVISIONING_BANK, STANDARD_BANK } from '../support/person';
import { expect, test } from '../support/test';

const EXACT = 'https://docs.waycore.example/guides/standard-test-bank';

test('a bank has its own guide, and every other the general one', async ({ startAlone }) => {
  const folder = await ownFolder('guides');
  const guides = path.join(folder, 'guides.toml');
  await writeFile(guides, `"${STANDARD_BANK.id}" = "${EXACT}"\n`);
  const { person } = await startAlone({ env: { CONNECT_GUIDES_FILE: guides } });
  const guide = person.link('Setup guide');

  const id = await person.startsSetupOf(STANDARD_BANK);
  await expect(guide).toHaveAttribute('href', EXACT);
  await expect(guide).toHaveAttribute('target', '_blank');
  await expect(guide).toHaveAccessibleName(/opens in a new tab/);
  await person.open(`/connections/${id}/sheet`);
  await expect(person.page.getByRole('main')).toContainText(EXACT);

  await person.startsSetupOf(PROVISIONING_BANK);
  await expect(guide).toHaveAttribute('href', /^https:/);
  await expect(guide).not.toHaveAttribute('href', EXACT);
  await rm(folder, { recursive: true, force: true });
});

test('what the user may do at the bank, and how it signs in there, is said while it is created, and on the sheet', async ({
  person,
}) => {
  const id = await person.startsSetupOf(STANDARD_BANK);
  const main = person.page.getByRole('main');
  const saysAll = async () => {
    await expect(main.getByRole('heading', { name: 'Give read-only rights' })).toBeVisible();
    await expect(main).toContainText('Allow the user to see balances, transactions and statements of every account');
    await expect(main).toContainText('Leave payments and approvals off.');
    await expect(main.getByRole('heading', { name: 'Sign-in codes' })).toBeVisible();
    await expect(main).toContainText('If the bank asks how the user receives sign-in codes, choose SMS, a call or email.');
    await expect(main).toContainText('An authenticator app works if the bank insists.');
    await expect(main).toContainText('Hardware tokens are not supported.');
    await expect(main.getByRole('heading', { name: 'A second approval' })).toBeVisible();
  };
  await saysAll();
  await expect(main).toContainText('Your own password is never asked for');
  await person.open(`/connections/${id}/sheet`);
  await person.sees('Create a user at the bank');
  await saysAll();
});
