// The flow under a path of somebody else's product: pages, assets, hydration, server functions, forms and redirects.
import { randomUUID } from 'node:crypto';
import type { BrowserContext, Page } from '@playwright/test';
import { INSTANT_BANK, Person } from '../support/person';
import { type Deployment, expect, freePort, test, token } from './deployment';

/** From the list to a connection that works, in a browser with wasm; nothing but the host's own style leaves the path. */
async function connects(page: Page, context: BrowserContext, base: string, deployment: Deployment): Promise<Person> {
  const outside: string[] = [];
  page.on('request', (request) => {
    const own = request.url().startsWith(`${base}/`) || request.url().endsWith('/ledgerly.css');
    if (!own) outside.push(request.url());
  });
  const person = new Person(page, context, { user: 'ana', org: 'acme' }, base, true);
  await person.startsSetupOf(INSTANT_BANK);
  await person.finishesSetup();
  const { simulator } = deployment;
  await simulator.request('POST', '/_sim/clock', { body: { advanceSeconds: 60 } });
  await person.seesConnected(INSTANT_BANK.name);
  await person.button('Sync now').click();
  await person.ready();
  await page.getByRole('link', { name: 'All bank connections' }).click();
  await person.sees('Bank connections');
  await expect(person.listed(INSTANT_BANK.name)).toContainText('Connected');
  expect(outside, 'requests beside the path').toEqual([]);
  return person;
}

async function signsIn(context: BrowserContext, origin: string): Promise<void> {
  await context.addCookies([{ name: 'session', value: token({ sub: 'ana', org: 'acme' }), url: origin }]);
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
  const person = await connects(page, context, `${origin}/banking/connections`, deployment);
  await expect(chrome, 'the chrome survives soft navigation').toBeVisible();
  const accent = await page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue('--connect-accent'));
  expect(accent).toContain('#7a2e8e');
  await chrome.getByRole('link', { name: 'Ledgerly' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Ledgerly' })).toBeVisible();
  expect(problems).toEqual([]);
  // Whoever is signed out goes to the product's own sign-in, or hears that they are.
  await context.clearCookies();
  const answer = await page.request.get(person.url('/new'));
  expect([401, 303, 200]).toContain(answer.status());
  expect(await answer.text()).not.toContain('Connection details');
});

test('nginx keeps the prefix', async ({ page, context, deployment, problems }) => {
  const [port, front] = [await freePort(), await freePort()];
  const origin = `http://127.0.0.1:${front}`;
  await deployment.serve(port, `${origin}/apps/banks`);
  await deployment.nginx(front, `location /apps/banks { proxy_pass http://127.0.0.1:${port}; proxy_set_header Host $http_host; }`);
  await signsIn(context, origin);
  await connects(page, context, `${origin}/apps/banks`, deployment);
  expect(problems).toEqual([]);
});

test('nginx takes the prefix off', async ({ page, context, deployment, problems }) => {
  const [port, front] = [await freePort(), await freePort()];
  const origin = `http://127.0.0.1:${front}`;
  await deployment.serve(port, `${origin}/apps/banks`, { CONNECT_BASE_PATH: '/' });
  await deployment.nginx(front, `location /apps/banks/ { proxy_pass http://127.0.0.1:${port}/; proxy_set_header Host $http_host; }`);
  await signsIn(context, origin);
  await connects(page, context, `${origin}/apps/banks`, deployment);
  expect(problems).toEqual([]);
});

test('a prefix that is not what was set gives a page that says so', async ({ page, deployment }) => {
  const [port, front] = [await freePort(), await freePort()];
  const origin = `http://127.0.0.1:${front}`;
  await deployment.serve(port, `${origin}/apps/banks`);
  await deployment.nginx(front, `location /apps/banks/ { proxy_pass http://127.0.0.1:${port}/; proxy_set_header Host $http_host; }`);
  const answer = await page.goto(`${origin}/apps/banks/`);
  expect(answer?.status()).toBe(404);
  await expect(page.getByRole('heading', { name: 'Nothing is served at this path' })).toBeVisible();
  await expect(page.getByText('CONNECT_BASE_PATH')).toBeVisible();
});

test('whoever is signed out comes back to the page they wanted', async ({ page, deployment }) => {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  await deployment.serve(port, `${origin}/banks`, { CONNECT_SIGN_IN_URL: 'https://login.example/sign-in' });
  const to = async (path: string) => {
    const answer = await page.request.get(`${origin}/banks${path}`, { maxRedirects: 0 });
    expect(answer.status()).toBe(303);
    const location = new URL(answer.headers()['location'] ?? '');
    expect(location.origin + location.pathname).toBe('https://login.example/sign-in');
    return location.searchParams.get('return_to') ?? '';
  };
  expect(await to('/new?unlisted=true')).toBe(`${origin}/banks/new?unlisted=true`);
  for (const path of ['//evil.example/', '/\\evil.example', '/%2f%2fevil.example', `/${randomUUID()}?return_to=https://evil.example/`]) {
    expect(new URL(await to(path)).origin, path).toBe(origin);
  }
});
