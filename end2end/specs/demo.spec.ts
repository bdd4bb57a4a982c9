// The demo as a program under a path of its host. What a restart finds is in server/tests/it/demo.rs.
import { INSTANT_BANK, Person } from '../support/person';
import { expect, test } from '../support/test';

test('a bank is connected under a path, and no page asks for anything outside of it', { tag: '@javascript' }, async ({
  startOwnDemo,
  page,
  context,
  org,
}) => {
  const demo = await startOwnDemo({ basePath: '/apps/bank' });
  const base = demo.place.url.endsWith('/apps/bank') ? demo.place.url : `${demo.place.url}/apps/bank`;
  const outside: string[] = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(`${base}/`) && !request.url().startsWith('data:')) outside.push(request.url());
  });
  const person = new Person(page, context, { user: 'pat', org }, base, true);
  await person.signIn();
  await person.startsSetupOf(INSTANT_BANK);
  await person.finishesSetup();
  await person.seesConnected(INSTANT_BANK.name);
  await person.opensList();
  await expect(person.listed(INSTANT_BANK.name)).toContainText('Connected');
  expect(outside.filter((url) => !url.endsWith('/favicon.ico'))).toEqual([]);
});
