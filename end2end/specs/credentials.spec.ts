// What the bank issued is optional: exactly what was filled in is sent, and nothing when nothing was.
import type { Received } from '../support/simulator';
import { expect, ownPortal, test } from '../support/test';

const handedOver = (received: Received[]) => received.filter(({ path }) => path.endsWith('/credentials'));
const completed = (received: Received[]) => received.filter(({ path }) => path.endsWith('/setupCompletion'));

test('nothing filled in: no credentials are sent', async ({ person, simulator }) => {
  const id = await person.startsSetupOfUnlisted('Quiet Bank', ownPortal());
  await person.finishesSetup();
  const received = await simulator.receivedFor(id);
  expect(handedOver(received)).toEqual([]);
  expect(completed(received)).toHaveLength(1);
});

test('only white space filled in: no credentials are sent', async ({ person, simulator }) => {
  const id = await person.startsSetupOfUnlisted('Blank Bank', ownPortal());
  await person.finishesSetup({ username: '  ', customerId: '\t', password: '   ' });
  expect(handedOver(await simulator.receivedFor(id))).toEqual([]);
});

test('a username filled in: exactly that is sent, before the completion', async ({ person, simulator }) => {
  const id = await person.startsSetupOfUnlisted('Username Bank', ownPortal());
  await person.finishesSetup({ username: ' wc-acme ' });
  const received = await simulator.receivedFor(id);
  expect(handedOver(received).map(({ method, body }) => ({ method, body }))).toEqual([
    { method: 'PUT', body: { bankUsername: 'wc-acme' } },
  ]);
  const written = received.filter(({ method }) => method === 'PUT').map(({ path }) => path.split('/').at(-1));
  expect(written).toEqual(['credentials', 'setupCompletion']);
});

test('a customer id filled in: exactly that is sent', async ({ person, simulator }) => {
  const id = await person.startsSetupOfUnlisted('Customer Bank', ownPortal());
  await person.finishesSetup({ customerId: '0047 11' });
  const [sent] = handedOver(await simulator.receivedFor(id));
  expect(sent?.body).toEqual({ bankCustomerId: '0047 11' });
});

test('a password filled in: exactly that is sent, and the journal masks it', async ({ person, simulator }) => {
  const id = await person.startsSetupOfUnlisted('Password Bank', ownPortal());
  await person.finishesSetup({ password: ' a b c ' });
  const [sent] = handedOver(await simulator.receivedFor(id));
  expect(Object.keys(sent?.body ?? {})).toEqual(['password']);
  expect(sent?.body?.password).not.toContain('a b c');
});

for (const missing of ['The delegated user is active', 'I accept the Waycore terms of use']) {
  test(`without "${missing}" nothing is sent, and only the password is asked for again`, async ({
    person,
    simulator,
  }) => {
    const id = await person.startsSetupOfUnlisted('Careful Bank', ownPortal());
    await person.saysThatUserExists();
    await person.fillsIn({ username: 'wc-acme', customerId: '4711', password: 'issued by the bank' });
    for (const name of ['The delegated user is active', 'I accept the Waycore terms of use']) {
      if (name !== missing) await person.checkbox(name).check();
    }
    await person.button('Finish setup').click();
    await expect(person.page.getByRole('alert')).toBeVisible();
    await person.sees('Finish setup');
    await expect(person.textbox('Bank username')).toHaveValue('wc-acme');
    await expect(person.textbox('Customer ID')).toHaveValue('4711');
    await expect(person.textbox('Password')).toHaveValue('');
    const received = await simulator.receivedFor(id);
    expect([...handedOver(received), ...completed(received)]).toEqual([]);

    await person.fillsIn({ password: 'issued by the bank' });
    await person.confirmsAndFinishes();
    await person.sees('Activating your connection');
  });
}

test('a connection whose sign-in expired takes what the bank issued anew', async ({ person, simulator }) => {
  const id = await person.startsSetupOfUnlisted('Expired Bank', ownPortal());
  await person.finishesSetup();
  await simulator.put(id, { kind: 'ready', status: 'reauthRequired' });
  await person.open(`/connections/${id}`);
  await person.button('Hand over').click();
  await expect(person.textbox('Bank username'), 'nothing was filled in').toHaveAccessibleDescription(/at least one/i);
  await person.ready();
  await person.fillsIn({ password: 'issued anew' });
  await person.button('Hand over').click();
  await expect(person.page.getByRole('alert')).toHaveCount(0);
  await expect(person.textbox('Password')).toHaveValue('');
  await expect(person.page.getByRole('main').getByRole('status')).toContainText('Handed over');
  if (person.hasJavaScript) await expect(person.page.locator('#announcer')).toContainText('Handed over');
  const [handed, ...more] = handedOver(await simulator.receivedFor(id));
  expect(more).toEqual([]);
  expect(Object.keys(handed?.body ?? {})).toEqual(['password']);
});

test('both confirmations that are missing are said above the form', async ({ person }) => {
  await person.startsSetupOfUnlisted('Forgetful Bank', ownPortal());
  await person.saysThatUserExists();
  await person.button('Finish setup').click();
  const alert = person.page.getByRole('alert');
  await expect(alert).toContainText('Confirm that the delegated user is active.');
  await expect(alert).toContainText('Accept the terms of use to finish the setup.');
});

test('no password manager offers the person’s own password, or keeps the bank’s', async ({ person, simulator }) => {
  const id = await person.hasBegun('Managed Bank', ownPortal());
  const asksForNone = async () => {
    await expect(person.textbox('Password')).toHaveAttribute('type', 'password');
    await expect(person.textbox('Password')).toHaveAttribute('autocomplete', 'new-password');
    for (const name of ['Bank username', 'Customer ID']) {
      await expect(person.textbox(name)).toHaveAttribute('autocomplete', 'off');
    }
  };
  await person.open(`/connections/${id}/setup?step=finish`);
  await asksForNone();
  await simulator.put(id, { kind: 'ready', status: 'reauthRequired' });
  await person.open(`/connections/${id}`);
  await asksForNone();
});
