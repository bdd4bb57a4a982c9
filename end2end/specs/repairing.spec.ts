// A connection that stopped working: what support needs to know, who can mend it, and how it looks until it works again.
// What exactly is handed over is in credentials.spec.ts.
import { looksRight } from '../support/audit';
import type { Received } from '../support/simulator';
import { looksNarrow } from '../support/reflow';
import { expect, ownPortal, test } from '../support/test';

const handedOver = (received: Received[]) => received.filter(({ path }) => path.endsWith('/credentials'));

for (const status of ['errored', 'reauthRequired']) {
  test(`a connection that is ${status} has an error code for support, also while Waycore is silent`, async ({
    person,
    simulator,
  }) => {
    const id = await person.hasBegun('Broken Bank', ownPortal());
    await simulator.put(id, { kind: 'ready', status, errorCode: 'bank_said_no_4711' });
    await person.open(`/connections/${id}`);
    await person.sees('Broken Bank');
    const code = person.page.getByRole('main').getByText('Error code for support');
    await expect(code).toHaveText('Error code for support: bank_said_no_4711');
    await expect(person.link('Contact support').first()).toBeVisible();

    await simulator.fail({ match: { method: 'GET', connectionId: id }, effect: { status: 503 } });
    await person.reload();
    await expect(person.outOfDate()).toBeVisible();
    await expect(code).toHaveText('Error code for support: bank_said_no_4711');
  });
}

test('any manager of the company hands over a new sign-in, and the warning ends with the trouble', async ({
  person,
  meet,
  simulator,
}) => {
  const id = await person.hasBegun('Expired Bank', ownPortal());
  await simulator.put(id, { kind: 'ready', status: 'reauthRequired', errorCode: 'password_expired' });
  const colleague = await meet({ user: 'kim' });
  await colleague.opensList();
  await expect(colleague.listed('Expired Bank')).toContainText('Your move');
  await colleague.link('Expired Bank').click();
  await colleague.sees('Expired Bank');
  const warning = colleague.page.getByRole('heading', { name: 'The bank asks for a new sign-in' });
  await expect(warning).toBeVisible();
  await colleague.fillsIn({ username: 'wc-acme-2', password: 'issued to kim' });
  await colleague.button('Hand over').click();
  await expect(colleague.page.getByRole('main').getByRole('status')).toContainText('Handed over');
  const handed = handedOver(await simulator.receivedFor(id)).map(({ body }) => Object.keys(body ?? {}).sort());
  expect(handed).toEqual([['bankUsername', 'password']]);
  // Nothing has worked yet, and nothing says that it has.
  await expect(warning).toBeVisible();

  await simulator.put(id, { kind: 'ready', status: 'active', syncStatus: 'idle' });
  if (!colleague.hasJavaScript) await colleague.open(`/connections/${id}`);
  await expect(colleague.status('Connected')).toBeVisible();
  await expect(warning).toHaveCount(0);
  await expect(colleague.button('Hand over')).toHaveCount(0);
  await expect(colleague.page.getByRole('main')).not.toContainText('password_expired');
  for (const somebody of [colleague, person]) {
    await somebody.opensList();
    await expect(somebody.listed('Expired Bank')).toContainText('Connected');
    await expect(somebody.listed('Expired Bank')).not.toContainText('Your move');
  }
});

test('a new sign-in that is refused, and one that was handed over', { tag: '@javascript' }, async ({
  person,
  simulator,
}) => {
  const id = await person.hasBegun('Refusing Bank', ownPortal());
  await simulator.put(id, { kind: 'ready', status: 'reauthRequired', errorCode: 'password_expired' });
  await person.open(`/connections/${id}`);
  await simulator.fail({
    match: { method: 'PUT', path: `/v1/connections/${id}/credentials`, connectionId: id },
    effect: { status: 422 },
    times: 1,
  });
  await person.fillsIn({ username: 'wc-acme', password: 'not the one' });
  await person.button('Hand over').click();
  await expect(person.page.getByRole('alert')).toContainText('Waycore did not accept this input.');
  await person.sees('Refusing Bank');
  await expect(person.textbox('Bank username'), 'only the password is typed again').toHaveValue('wc-acme');
  await expect(person.textbox('Password')).toHaveValue('');
  await expect(person.page.getByRole('main')).not.toContainText('Handed over');
  await looksRight(person, 'detail', 'new sign-in refused by Waycore');
  await looksNarrow(person, 'a new sign-in that is refused');

  await person.fillsIn({ password: 'issued anew' });
  await person.button('Hand over').click();
  await expect(person.page.getByRole('main').getByRole('status')).toContainText('Handed over');
  await expect(person.page.getByRole('alert')).toHaveCount(0);
  await person.ready();
  await looksRight(person, 'detail', 'new sign-in handed over');
  await looksNarrow(person, 'a new sign-in that was handed over');
});
