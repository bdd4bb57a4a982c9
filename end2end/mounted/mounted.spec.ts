// The flow under a path of somebody else's product: pages, assets, hydration, server functions, forms and redirects.
import type { Page } from '@playwright/test';
import { INSTANT_BANK, Person } from '../support/person';
import { type Deployment, expect, freePort, test, token } from './deployment';

/** Whatever is asked for beside the path: there should be nothing, but for the host's own style. */
function beside(page: Page, base: string): string[] {
  const outside: string[] = [];
  page.on('request', (request) => {
    const own = request.url().startsWith(`${base}/`) || request.url().endsWith('/ledgerly.css');
    if (!own) outside.push(request.url());
  });
  return outside;
}

/** From the delegated user of a connection to one that works: forms, what Waycore tells, and from page to page. */
async function finishes(person: Person, deployment: Deployment): Promise<void> {
  await person.finishesSetup();
  const { simulator } = deployment;
  await simulator.request('POST', '/_sim/clock', { body: { advanceSeconds: 60 } });
  await person.seesConnected(INSTANT_BANK.name);
  await person.button('Sync now').click();
  await person.ready();
  await person.page.getByRole('link', { name: 'All bank connections' }).click();
  await person.sees('Bank connections');
  await expect(person.listed(INSTANT_BANK.name)).toContainText('Connected');
}

test('a product mounts the flow and leads to it', async ({ page, context, deployment, problems }) => {
  const port = await freePort();
  await deployment.host(port);
  const origin = `http://127.0.0.1:${port}`;
  await page.goto(origin);
  await page.getByRole('link', { name: 'Sign in' }).click();
  await page.getByLabel('User').fill('ana');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('link', { name: 'Bank connections' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Bank connections' })).toBeVisible();
  const chrome = page.getByRole('navigation', { name: 'Ledgerly' });
  await expect(chrome).toHaveCSS('background-color', 'rgb(43, 17, 51)');
  await expect(page.getByText('Ledgerly keeps your books.')).toBeVisible();
  const base = `${origin}/banking/connections`;
  const outside = beside(page, base);
  const person = new Person(page, context, { user: 'ana', org: 'acme' }, base, true);
  await person.startsSetupOf(INSTANT_BANK);
  await finishes(person, deployment);
  expect(outside, 'requests beside the path').toEqual([]);
  await expect(chrome, 'the chrome survives soft navigation').toBeVisible();
  const accent = await page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue('--connect-accent'));
  expect(accent).toContain('#7a2e8e');
  await chrome.getByRole('link', { name: 'Ledgerly' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Ledgerly' })).toBeVisible();
  expect(problems).toEqual([]);
  // This product sets no CONNECT_SIGN_IN_URL, so a signed-out person gets a 401 page.
  await context.clearCookies();
  const answer = await page.request.get(person.url('/new'));
  expect(answer.status()).toBe(401);
  const text = await answer.text();
  expect(text).toContain('You are signed out');
  expect(text).not.toContain('Connection details');
});

// Where nginx keeps the prefix, it is session.spec.ts.
test('nginx takes the prefix off', async ({ page, context, deployment, problems }) => {
  const [port, front] = [await freePort(), await freePort()];
  const base = `http://127.0.0.1:${front}/apps/banks`;
  await deployment.serve(port, base, { CONNECT_BASE_PATH: '/' });
  await deployment.nginx(front, `location /apps/banks/ { proxy_pass http://127.0.0.1:${port}/; proxy_set_header Host $http_host; }`);
  await context.addCookies([{ name: 'session', value: token({ sub: 'ana', org: 'acme' }), url: base }]);
  const outside = beside(page, base);
  const person = new Person(page, context, { user: 'ana', org: 'acme' }, base, true);
  await person.open(`/connections/${await person.hasBegunAt(INSTANT_BANK)}/setup`);
  await finishes(person, deployment);
  expect(outside, 'requests beside the path').toEqual([]);
  expect(problems).toEqual([]);
});
