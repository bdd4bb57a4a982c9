// Which guide somebody is given at the bank: the exact one where Waycore supplied it, else the general one.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PROVISIONING_BANK, STANDARD_BANK } from '../support/person';
import { expect, test } from '../support/test';

const EXACT = 'https://docs.waycore.example/guides/standard-test-bank';

test('a bank has its own guide, and every other the general one', async ({ startAlone }) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'connect-guides-'));
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
