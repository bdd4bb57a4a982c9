// The demo as a program: under a path, and after a restart.
import { ownFolder } from '../support/folder';
import { INSTANT_BANK, Person } from '../support/person';
import { expect, ownPortal, test } from '../support/test';

test('the product works under a path of its host', async ({ startOwnDemo, page, context, org, javaScriptEnabled }) => {
  const demo = await startOwnDemo({ basePath: '/apps/bank' });
  const base = demo.place.url.endsWith('/apps/bank') ? demo.place.url : `${demo.place.url}/apps/bank`;
  const outside: string[] = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(`${base}/`) && !request.url().startsWith('data:')) outside.push(request.url());
  });
  const person = new Person(page, context, { user: 'pat', org }, base, javaScriptEnabled ?? true);
  await person.signIn();
  await person.startsSetupOf(INSTANT_BANK);
  await person.finishesSetup();
  await person.seesConnected(INSTANT_BANK.name);
  await person.opensList();
  await expect(person.listed(INSTANT_BANK.name)).toContainText('Connected');
  expect(outside.filter((url) => !url.endsWith('/favicon.ico'))).toEqual([]);
});

test('a restart finds everything as it was', async ({ startOwnDemo, page, context, org, javaScriptEnabled }) => {
  const folder = await ownFolder('restart');
  const before = await startOwnDemo({ folder });
  const first = new Person(page, context, { user: 'pat', org }, before.place.url, javaScriptEnabled ?? true);
  await first.signIn();
  await first.startsSetupOfUnlisted('Lasting Bank', ownPortal());
  await first.saysThatUserExists();
  // Fails unless the program ends by itself, and cleanly.
  await before.stop();

  const after = await startOwnDemo({ folder });
  const second = new Person(page, context, { user: 'pat', org }, after.place.url, javaScriptEnabled ?? true);
  await second.signIn();
  await second.opensList();
  await second.link('Lasting Bank').click();
  await second.sees('Finish setup');
});

test('every page says that it is a demo', async ({ person }) => {
  await person.opensList();
  await expect(person.page.getByText(/demo/i).first()).toBeVisible();
  await person.startsConnecting();
  await expect(person.page.getByText(/demo/i).first()).toBeVisible();
});
