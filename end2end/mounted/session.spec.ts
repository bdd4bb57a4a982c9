// A session is the host's: it may end during an hour at the bank. The server stands behind an nginx that keeps its prefix,
// so that the way there and back crosses everything that a host puts in between.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { looksRight } from '../support/audit';
import { Person } from '../support/person';
import { looksNarrow } from '../support/reflow';
import { ownPortal } from '../support/test';
import { type Deployment, expect, freePort, test as base, token } from './deployment';

const WHO = { sub: 'ana', org: 'acme' };
const HOUR_SECONDS = 3_600;

/** The page of the host on which its people sign in: it leads back to where they came from. */
const test = base.extend<{ signInUrl: string }>({
  signInUrl: async ({}, use) => {
    const host = createServer((request, answer) => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://host');
      const back = searchParams.get('return_to') ?? '';
      if (pathname === '/signed-in') {
        answer.writeHead(303, { location: back, 'set-cookie': `session=${token(WHO)}; Path=/` }).end();
        return;
      }
      const on = `/signed-in?return_to=${encodeURIComponent(back)}`;
      answer.setHeader('content-type', 'text/html');
      answer.end(`<!doctype html><html lang="en"><title>Ledgerly</title><h1>Ledgerly</h1><a href="${on}">Sign in as Ana</a>`);
    });
    await once(host.listen(0, '127.0.0.1'), 'listening');
    await use(`http://127.0.0.1:${(host.address() as AddressInfo).port}/sign-in`);
    host.closeAllConnections();
    host.close();
  },
});

// Without JavaScript, and where there is no page to sign in on, it is a form and its answer: server/tests/it/signed_out.rs.
test('a token that expired at the bank: the submit comes back to the same step', async ({
  page,
  context,
  deployment,
  signInUrl,
}) => {
  const [port, front] = [await freePort(), await freePort()];
  const origin = `http://127.0.0.1:${front}`;
  const base = `${origin}/apps/banks`;
  await deployment.serve(port, base, { CONNECT_SIGN_IN_URL: signInUrl });
  await deployment.nginx(front, `location /apps/banks { proxy_pass http://127.0.0.1:${port}; proxy_set_header Host $http_host; }`);
  const holds = (signed: string) => context.addCookies([{ name: 'session', value: signed, url: origin }]);
  await holds(token(WHO));
  const outside: string[] = [];
  page.on('request', (request) => {
    const url = request.url();
    if (url.startsWith(origin) && !url.startsWith(`${base}/`)) outside.push(url);
  });
  const person = new Person(page, context, { user: 'ana', org: 'acme' }, base, true);
  const id = await person.hasBegun('Bank of the Long Hour', ownPortal());
  await person.open(`/connections/${id}/setup`);
  await person.saysThatUserExists();
  const issued = { username: 'wc-acme', customerId: '00-12345', password: 'issued by the bank' };
  await person.fillsIn(issued);
  await holds(token({ ...WHO, exp: Math.floor(Date.now() / 1000) - HOUR_SECONDS }));
  await person.confirmsAndFinishes();

  await person.sees('You are signed out');
  await looksRight(person, 'problem', 'signed out, with the way to sign in');
  await looksNarrow(person, 'the way to sign in');
  await person.link('Sign in').click();
  await page.getByRole('link', { name: 'Sign in as Ana' }).click();
  await person.sees('Finish setup');
  expect(person.connectionId()).toBe(id);
  const alert = page.getByRole('alert');
  await expect(alert).toContainText('You had been signed out, so nothing was sent.');
  await expect(alert).toContainText('What your bank issued has to be typed again');
  for (const name of ['Bank username', 'Customer ID', 'Password']) await expect(person.textbox(name)).toHaveValue('');
  expect(await handedOver(deployment, id), 'nothing was sent').toEqual([]);

  await person.fillsIn(issued);
  await person.confirmsAndFinishes();
  await person.sees('Activating your connection');
  expect(await handedOver(deployment, id)).toEqual([['bankCustomerId', 'bankUsername', 'password']]);
  expect(outside, 'requests beside the path').toEqual([]);
});

/** The fields of each time that credentials reached Waycore. */
async function handedOver(deployment: Deployment, id: string): Promise<string[][]> {
  const { body } = await deployment.simulator.request('GET', `/_sim/requests?connectionId=${id}`);
  const received = body.data as { path: string; body: Record<string, unknown> | null }[];
  return received
    .filter(({ path }) => path.endsWith('/credentials'))
    .map((credentials) => Object.keys(credentials.body ?? {}).sort());
}
