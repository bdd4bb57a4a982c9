// The simulated bank beside the product, where a person creates the delegated user. Its pages are the same for every
// customer and with or without the product's JavaScript, so each test runs once.
import { ownPortal, expect, test } from '../support/test';

test('a user created at the simulated bank is accepted, and a mistyped one is not', { tag: '@javascript' }, async ({
  person,
  simulator,
  context,
}) => {
  const id = await person.hasBegun('Portal Bank', ownPortal());
  const issued = await simulator.instructionsOf(id);
  const bank = await context.newPage();
  await bank.goto(await simulator.portalOf(id));
  await expect(bank.getByRole('heading', { name: 'Users' })).toBeVisible();
  const fields: [label: string, value: string][] = [
    ['First name', issued.firstName],
    ['Last name', issued.lastName],
    ['Address', issued.address],
    ['E-mail address', issued.email],
    ['Phone number', issued.phoneNumber],
    ['Username', issued.username],
  ];
  for (const [label, value] of fields) await bank.getByLabel(label, { exact: true }).fill(value);
  await bank.getByLabel('First name', { exact: true }).fill('Waycor');
  await bank.getByLabel('View and make payments').check();
  await bank.getByLabel('Operating').check();
  await bank.getByRole('button', { name: 'Add user' }).click();
  await expect(bank.getByText('First name is not what Waycore issued')).toBeVisible();
  await expect(bank.getByText('may only view')).toBeVisible();
  await bank.getByLabel('First name', { exact: true }).fill(issued.firstName);
  await bank.getByLabel('View balances and transactions').check();
  await bank.getByRole('button', { name: 'Add user' }).click();
  await expect(bank.getByRole('heading', { name: 'The user can sign in' })).toBeVisible();
  await expect(bank.getByText('Customer ID')).toBeVisible();
});

test('the console shows what the product asked for', { tag: '@javascript' }, async ({ person, simulator, context }) => {
  const id = await person.hasBegun('Console Bank', ownPortal());
  const console = await context.newPage();
  // The console reloads itself except while a form has focus, and selectOption gives it none.
  await console.route('**/web/live.js', (route) => route.abort());
  await console.goto(simulator.console());
  const row = console.getByRole('row').filter({ hasText: id, has: console.getByRole('combobox') });
  await expect(row).toContainText('setup / draft');
  await row.getByRole('combobox').selectOption('paused');
  await row.getByRole('button', { name: 'As ready' }).click();
  await expect(row).toContainText('ready / paused');
  await expect(console.getByRole('heading', { name: 'Requests' })).toBeVisible();
});
