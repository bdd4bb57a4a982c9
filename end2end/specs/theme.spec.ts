// Another brand: what a host's theme file changes, and that everything else still looks right with it.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { looksRight } from '../support/audit';
import { INSTANT_BANK, type Person } from '../support/person';
import { expect, test } from '../support/test';

const BRAND = `
:root {
  --connect-accent: light-dark(#7a2e8e, #d9a6ea);
  --connect-accent-hover: light-dark(#5e2370, #e6c4f2);
  --connect-accent-text: light-dark(#ffffff, #2b0d35);
  --connect-accent-soft: light-dark(#f5eaf8, #38203f);
  --connect-font: Georgia, "Liberation Serif", serif;
  --connect-gap: 32px;
  --connect-radius: 0;
  --connect-radius-small: 0;
}
`;

/** A demo in another brand, and somebody in front of it. */
const branded = test.extend<{ customer: Person }>({
  customer: async ({ startAlone }, use) => {
    const folder = await mkdtemp(path.join(tmpdir(), 'connect-theme-'));
    const theme = path.join(folder, 'theme.css');
    await writeFile(theme, BRAND);
    const { person, simulator } = await startAlone({ env: { CONNECT_THEME_FILE: theme } });
    const id = await person.startsSetupOf(INSTANT_BANK);
    await looksRight(person, 'delegated user', 'in another brand');
    await simulator.connect(id);
    await use(person);
    await rm(folder, { recursive: true, force: true });
  },
});

branded('a theme of the host is on every page', { tag: '@javascript' }, async ({ customer: person }) => {
  await person.opensList();
  const connect = person.link('Connect a bank');
  await expect(connect).toHaveCSS('background-color', 'rgb(122, 46, 142)');
  await expect(connect).toHaveCSS('border-radius', '0px');
  await looksRight(person, 'list', 'in another brand');
  await person.startsConnecting();
  await looksRight(person, 'connection details', 'in another brand');
  await person.opensList();
  await person.link(INSTANT_BANK.name).click();
  await person.sees(INSTANT_BANK.name);
  await looksRight(person, 'detail', 'in another brand');
});
