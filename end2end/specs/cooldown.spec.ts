// A bank allows an update only so often: the person hears why nothing happened, and when it will be possible.
import { expect, ownPortal, test } from '../support/test';

test('an update that comes too soon says why, and when the next one may come', async ({ person, simulator }) => {
  const { page } = person;
  const id = await person.startsSetupOfUnlisted('Patient Bank', ownPortal());
  await simulator.connect(id);
  if (person.hasJavaScript) await page.clock.install();
  await person.open(`/connections/${id}`);
  await person.sees('Patient Bank');
  await simulator.fail({
    match: { method: 'PUT', path: `/v1/connections/${id}/sync`, connectionId: id },
    effect: { status: 429, retryAfter: 90 },
    times: 1,
  });
  await person.button('Sync now').click();
  const refusal = page.getByRole('alert');
  await expect(refusal).toContainText('Not yet');
  await expect(refusal).toContainText('The accounts were updated a short while ago.');
  await person.sees('Patient Bank');
  await expect(person.status('Connected')).toBeVisible();

  const wait = page.getByRole('main').getByText('You can ask for the next update in');
  if (!person.hasJavaScript) {
    await expect(wait).toHaveText('You can ask for the next update in 2 minutes');
    return;
  }
  await expect(wait).toHaveText(/in 1:(30|2\d)$/);
  await page.clock.fastForward(31_000);
  await expect(wait).toHaveText(/in 0:5\d$/);
  await page.clock.fastForward(60_000);
  await expect(wait, 'there is nothing left to wait for').toBeHidden();
});

test('a wait of more than an hour counts down in hours, minutes and seconds', async ({ person, simulator }) => {
  const { page } = person;
  const id = await person.startsSetupOfUnlisted('Patient Bank', ownPortal());
  await simulator.connect(id);
  if (person.hasJavaScript) await page.clock.install();
  await person.open(`/connections/${id}`);
  await person.sees('Patient Bank');
  await simulator.fail({
    match: { method: 'PUT', path: `/v1/connections/${id}/sync`, connectionId: id },
    effect: { status: 429, retryAfter: 3_630 },
    times: 1,
  });
  await person.button('Sync now').click();
  await expect(page.getByRole('alert')).toContainText('Not yet');

  const wait = page.getByRole('main').getByText('You can ask for the next update in');
  if (!person.hasJavaScript) {
    await expect(wait).toHaveText('You can ask for the next update in 2 hours');
    return;
  }
  await expect(wait).toHaveText(/in 1:00:(30|2\d)$/);
  await page.clock.fastForward(31_000);
  await expect(wait, 'the last hour is told without hours').toHaveText(/in 59:5\d$/);
});
