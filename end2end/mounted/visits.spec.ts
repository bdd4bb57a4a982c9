// How the list looks to somebody who comes back after something changed. A visit ends after half an hour, so that the
// test lets their last one be an hour ago. What is marked, and for how long, is in replicas/away.spec.ts.
import { looksRight } from '../support/audit';
import { Person } from '../support/person';
import { Postgres } from '../support/postgres';
import { looksNarrow } from '../support/reflow';
import { ownPortal } from '../support/test';
import { expect, freePort, test as base, token } from './deployment';

const test = base.extend<{ postgres: Postgres }>({
  postgres: async ({}, use) => {
    const postgres = await Postgres.start();
    await use(postgres);
    await postgres.end();
  },
});

const CHANGED = 'Changed since your last visit';

test('what changed while somebody was away stands out on the list', async ({ page, context, deployment, postgres }) => {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const databaseUrl = await postgres.database();
  await deployment.serve(port, origin, { CONNECT_DATABASE_URL: databaseUrl });
  await context.addCookies([{ name: 'session', value: token({ sub: 'ana', org: 'acme' }), url: origin }]);
  const person = new Person(page, context, { user: 'ana', org: 'acme' }, origin, true);
  const changing = await person.hasBegun('Changing Bank', ownPortal());
  await person.hasBegun('Resting Bank', ownPortal());
  await person.opensList();
  await expect(person.listed('Changing Bank')).not.toContainText(CHANGED);
  await page.goto('about:blank');

  await postgres.change(databaseUrl, 'UPDATE visits SET began_at = began_at - 3600000, seen_at = seen_at - 3600000');
  const { simulator } = deployment;
  await simulator.request('POST', `/_sim/connections/${changing}`, { body: { kind: 'ready', status: 'reauthRequired' } });
  // Somebody reads the connection, so that it is known before they come back.
  await person.posts('get_connection', { connection_id: changing });
  await person.opensList();
  await expect(person.listed('Changing Bank')).toContainText(CHANGED);
  await expect(person.listed('Resting Bank')).not.toContainText(CHANGED);
  await looksRight(person, 'list', 'changed since the last visit');
  await looksNarrow(person, 'a list with something that changed');
});
