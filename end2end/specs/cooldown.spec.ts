// A bank allows an update only so often: the person hears why nothing happened, and when it will be possible.
import type { Person } from '../support/person';
import type { Simulator } from '../support/simulator';
import { expect, ownPortal, test } from '../support/test';

/** Asks for an update, which Waycore refuses for so many seconds. */
async function asksTooSoon(person: Person, simulator: Simulator, seconds: number) {
  const id = await person.startsSetupOfUnlisted('Patient Bank', ownPortal());
  await simulator.connect(id);
  if (person.hasJavaScript) await person.page.clock.install();
  await person.open(`/connections/${id}`);
  await person.sees('Patient Bank');
  await simulator.fail({
    match: { method: 'PUT', path: `/v1/connections/${id}/sync`, connectionId: id },
    effect: { status: 429, retryAfter: seconds },
    times: 1,
  });
  await person.button('Sync now').click();
}

const nextUpdate = ({ page }: Person) => page.getByRole('main').getByText('You can ask for the next update in');

test('an update that comes too soon says why, and when the next one may come', async ({ person, simulator }) => {
  const { page } = person;
  await asksTooSoon(person, simulator, 90);
  const refusal = page.getByRole('alert');
  await expect(refusal).toContainText('Not yet');
  await expect(refusal).toContainText('The accounts were updated a short while ago.');
  await person.sees('Patient Bank');
  await expect(person.status('Connected')).toBeVisible();

  const wait = nextUpdate(person);
  if (!person.hasJavaScript) {
    await expect(wait).toHaveText('You can ask for the next update in 2 minutes');
    return;
  }
  await expect(wait).toHaveText(/in 1:[0-3]\d$/);
  await page.clock.fastForward(31_000);
  await expect(wait).toHaveText(/in 0:[2-5]\d$/);
  await page.clock.fastForward(60_000);
  await expect(wait, 'there is nothing left to wait for').toBeHidden();
});

test('a wait of more than an hour counts down in hours, minutes and seconds', async ({ person, simulator }) => {
  const { page } = person;
  await asksTooSoon(person, simulator, 3_630);
  await expect(page.getByRole('alert')).toContainText('Not yet');

  const wait = nextUpdate(person);
  if (!person.hasJavaScript) {
    await expect(wait).toHaveText('You can ask for the next update in 2 hours');
    return;
  }
  await expect(wait).toHaveText(/in 1:00:[0-3]\d$/);
  await page.clock.fastForward(31_000);
  await expect(wait, 'the last hour is told without hours').toHaveText(/in 59:[2-5]\d$/);
});

test('an update that was asked for is said to be under way', async ({ person, simulator }) => {
  const id = await person.startsSetupOfUnlisted('Willing Bank', ownPortal());
  await simulator.connect(id);
  await person.open(`/connections/${id}`);
  await person.sees('Willing Bank');
  await person.button('Sync now').click();
  await expect(person.page.getByRole('main').getByRole('status').first()).toContainText('Sync requested');
});
