// A connection that stopped working is mended on an open page. What exactly is handed over is in
// server/tests/it/credentials.rs, and what support needs to know in support_code.rs.
import { looksRight } from '../support/audit';
import type { Received } from '../support/simulator';
import { looksNarrow } from '../support/reflow';
import { expect, ownPortal, test } from '../support/test';

const handedOver = (received: Received[]) => received.filter(({ path }) => path.endsWith('/credentials'));

test('any manager hands over a new sign-in, also after one that is refused, and the warning ends with the trouble', {
  tag: '@javascript',
}, async ({ person, meet, simulator }) => {
  const id = await person.hasBegun('Expired Bank', ownPortal());
  await simulator.put(id, { kind: 'ready', status: 'reauthRequired', errorCode: 'password_expired' });
  const colleague = await meet({ user: 'kim' });
  const main = colleague.page.getByRole('main');
  await colleague.open(`/connections/${id}`);
  const warning = colleague.page.getByRole('heading', { name: 'The bank asks for a new sign-in' });
  await expect(warning).toBeVisible();
  await expect(main).toContainText('Error code for support: password_expired');
  await expect(colleague.link('Contact support').first()).toBeVisible();

  await test.step('what Waycore refuses keeps what was typed but the password', async () => {
    await simulator.fail({
      match: { method: 'PUT', path: `/v1/connections/${id}/credentials`, connectionId: id },
      effect: { status: 422 },
      times: 1,
    });
    await colleague.fillsIn({ username: 'wc-acme-2', password: 'not the one' });
    await colleague.button('Hand over').click();
    await expect(colleague.page.getByRole('alert')).toContainText('Waycore did not accept this input.');
    await colleague.sees('Expired Bank');
    await expect(colleague.textbox('Bank username'), 'only the password is typed again').toHaveValue('wc-acme-2');
    await expect(colleague.textbox('Password')).toHaveValue('');
    await expect(main).not.toContainText('Handed over');
    await looksRight(colleague, 'detail', 'new sign-in refused by Waycore');
    await looksNarrow(colleague, 'a new sign-in that is refused');
  });

  await test.step('what is handed over is said, in the place of the warning', async () => {
    await colleague.fillsIn({ password: 'issued to kim' });
    await colleague.button('Hand over').click();
    await expect(main.getByRole('status')).toContainText('Handed over');
    await expect(colleague.page.locator('#announcer')).toContainText('Handed over');
    await expect(colleague.page.getByRole('alert')).toHaveCount(0);
    await colleague.ready();
    await expect(warning).toHaveCount(0);
    await expect(colleague.textbox('Password'), 'nobody is asked for more').toBeHidden();
    const [, ...handed] = handedOver(await simulator.receivedFor(id)).map(({ body }) => Object.keys(body ?? {}).sort());
    expect(handed, 'after the one that was refused').toEqual([['bankUsername', 'password']]);
    // Differs from the page above only in a notice, which the page of a working connection has too.
    if (process.env.CONNECT_SOAK) {
      await looksRight(colleague, 'detail', 'new sign-in handed over');
      await looksNarrow(colleague, 'a new sign-in that was handed over');
    }
  });

  await test.step('the open page turns good by itself', async () => {
    await simulator.connect(id);
    await expect(colleague.status('Connected')).toBeVisible();
    await expect(warning).toHaveCount(0);
    await expect(colleague.button('Hand over')).toHaveCount(0);
    await expect(main).not.toContainText('password_expired');
  });
});
