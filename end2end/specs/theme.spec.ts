// Another brand: what a host's theme file and logo change, and that the screens still look right with them. That every page
// loads both is in server/tests/it/branding.rs, that no theme makes text unreadable is in server/src/config/theme.rs.
import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { looksRight } from '../support/audit';
import { ownFolder } from '../support/folder';
import { INSTANT_BANK, STANDARD_BANK, type Person } from '../support/person';
import type { Screen } from '../support/pictures';
import type { Simulator } from '../support/simulator';
import { expect, test } from '../support/test';

const BRAND = `
:root {
  --connect-muted: light-dark(#5c5266, #b3a8bd);
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

const LOGO = `
<svg xmlns="http://www.w3.org/2000/svg" width="132" height="28" viewBox="0 0 132 28">
  <path d="M2 26V2h20v6H9v4h11v6H9v8z" fill="#b06ac4"/>
  <path d="M34 8h96v12H34z" fill="#b06ac4" opacity="0.6"/>
</svg>
`;

/** A demo in another brand, whose logo is the host's own, and somebody in front of it. */
const branded = test.extend<{ branded: { person: Person; simulator: Simulator } }>({
  branded: async ({ startAlone }, use) => {
    const folder = await ownFolder('theme');
    const theme = path.join(folder, 'theme.css');
    await writeFile(theme, BRAND);
    const host = createServer((_, answer) => answer.setHeader('content-type', 'image/svg+xml').end(LOGO));
    await once(host.listen(0, '127.0.0.1'), 'listening');
    const logo = `http://127.0.0.1:${(host.address() as AddressInfo).port}/logo.svg`;
    await use(await startAlone({ env: { CONNECT_THEME_FILE: theme, CONNECT_LOGO_URL: logo } }));
    host.closeAllConnections();
    host.close();
    await rm(folder, { recursive: true, force: true });
  },
});

/** Looks at a screen as everywhere, and for the brand on it. */
async function wearsTheBrand(person: Person, screen: Screen, heading: string): Promise<void> {
  await person.sees(heading);
  const logo = person.page.getByRole('banner').getByRole('img');
  await expect.poll(() => logo.evaluate((image: HTMLImageElement) => image.naturalWidth), `logo: ${screen}`).toBe(132);
  await expect(person.page.locator('body')).toHaveCSS('font-family', /^Georgia/);
  await looksRight(person, screen, 'in another brand');
}

branded('a brand of the host is on the screens', { tag: '@javascript' }, async ({ branded: { person, simulator } }) => {
  await person.open('/');
  const connect = person.link('Connect a bank');
  await expect(connect).toHaveCSS('background-color', 'rgb(122, 46, 142)');
  await expect(connect).toHaveCSS('border-radius', '0px');
  // Whoever wishes for more contrast gets it in every brand: what is pale becomes text.
  const pale = person.page.getByRole('banner').getByText(person.identity.user, { exact: true });
  const colour = () => pale.evaluate((element) => getComputedStyle(element).color);
  const text = await person.page.evaluate(() => getComputedStyle(document.body).color);
  expect(await colour()).not.toBe(text);
  await person.page.emulateMedia({ contrast: 'more' });
  expect(await colour()).toBe(text);
  await person.page.emulateMedia({ contrast: null });
  // The step with the most fields, the charts, the list, and a document of its own: the others are built of the same parts.
  const id = await person.hasBegunAt(STANDARD_BANK);
  await person.open(`/connections/${id}/setup?step=finish`);
  await wearsTheBrand(person, 'finish setup', 'Finish setup');
  if (process.env.CONNECT_SOAK) {
    await person.open('/new');
    await wearsTheBrand(person, 'connection details', 'Connection details');
    await person.open(`/connections/${id}/setup`);
    await wearsTheBrand(person, 'delegated user', 'Create the delegated user');
    await person.open(`/connections/${id}/sheet`);
    await wearsTheBrand(person, 'sheet', 'Create a user at the bank');
    await simulator.keepActivating(id);
    await person.open(`/connections/${id}/setup`);
    await wearsTheBrand(person, 'activation', 'Activating your connection');
    await person.open(`/connections/${id}/remove`);
    await wearsTheBrand(person, 'removal', 'Remove connection');
    await person.open('/no-such-page');
    await wearsTheBrand(person, 'problem', 'Not found');
  }
  // Leaves its page open.
  await person.hasConnected(INSTANT_BANK);
  await wearsTheBrand(person, 'detail', INSTANT_BANK.name);
  await person.opensList();
  await wearsTheBrand(person, 'list', 'Bank connections');
  await person.context.clearCookies();
  await person.open('/');
  await wearsTheBrand(person, 'sign-in', 'Sign in to the demo');
});
