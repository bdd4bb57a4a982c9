// A bank allows an update only so often. What the page says without JavaScript is in server/tests/it/asking_for_updates.rs.
import { looksRight } from '../support/audit';
import { expect, ownPortal, test } from '../support/test';

test('the wait for the next update counts down, and is gone when it is over', { tag: '@javascript' }, async ({
  person,
  simulator,
}) => {
  const { page } = person;
  const id = await person.hasBegun('Patient Bank', ownPortal());
  await simulator.connect(id);
  await page.clock.install();
  await person.open(`/connections/${id}`);
  await person.sees('Patient Bank');
  await simulator.fail({
    match: { method: 'PUT', path: `/v1/connections/${id}/sync`, connectionId: id },
    effect: { status: 429, retryAfter: 3_630 },
    times: 1,
  });
  await person.button('Sync now').click();
  await expect(page.getByRole('alert')).toContainText('Not yet');
  await person.sees('Patient Bank');

  const wait = page.getByRole('main').getByText('You can ask for the next update in');
  await expect(wait).toHaveText(/in 1:00:[0-3]\d$/);
  await page.clock.fastForward(31_000);
  await expect(wait, 'the last hour is told without hours').toHaveText(/in 59:[2-5]\d$/);
  // Same layout as other refused forms, so only the soak audits it.
  if (process.env.CONNECT_SOAK) await looksRight(person, 'detail', 'cooldown');
  await page.clock.fastForward('58:30');
  await expect(wait).toHaveText(/in [01]:[0-5]\d$/);
  await page.clock.fastForward('02:00');
  await expect(wait, 'there is nothing left to wait for').toBeHidden();
});
