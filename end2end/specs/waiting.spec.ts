// The activation page waits with whoever waits. The clock is the test's own; how it hears of the end is in live.spec.ts.
import { STANDARD_BANK } from '../support/person';
import { expect, test } from '../support/test';

test('an open activation page tells how long it has been, and turns late by itself', {
  tag: '@javascript',
}, async ({ person, simulator }) => {
  const { page } = person;
  await page.clock.install();
  const id = await person.startsSetupOf(STANDARD_BANK);
  await person.finishesSetup();
  await simulator.keepActivating(id);
  await person.open(`/connections/${id}/setup`);
  const late = page.getByRole('main').getByText('It has been more than a day');
  const waiting = page.getByRole('main').getByText('Handed over');
  await expect(waiting).toContainText('just now');
  await page.clock.fastForward('12:00');
  await expect(waiting).toContainText('12 minutes ago');
  await page.clock.fastForward('23:00:00');
  await expect(waiting).toContainText('23 hours ago');
  await expect(late).toBeHidden();

  await page.clock.fastForward('01:00:00');
  await expect(late).toBeVisible();
  await expect(page.getByRole('main').getByText('Support code')).toBeVisible();
  await expect(page.locator('#announcer')).toContainText('It has been more than a day');
});

test('whoever waits reads how long it takes, since when, what comes next, and that nobody has to stay', async ({
  person,
  simulator,
}) => {
  const id = await person.startsSetupOf(STANDARD_BANK);
  await person.finishesSetup();
  await simulator.keepActivating(id);
  await person.reload();
  const main = person.page.getByRole('main');
  await expect(main).toContainText('This typically takes about 4–8 hours.');
  await expect(main.getByText('Handed over')).toHaveText(/^Handed over (just now|1 minute ago) \(.*\d{4}.*\)$/);
  await expect(main).toContainText(
    'You can close this page. The setup goes on without it, and you find its state in the list at any time.',
  );
  const next = person.page.getByRole('complementary', { name: 'What happens next' });
  await expect(next).toContainText('The page changes by itself as soon as the connection is active.');
  await expect(next).toContainText('Your accounts and transactions appear after the first update.');
  await expect(main.getByText('It has been more than a day')).toBeHidden();
  // As promised, the list tells the state.
  await person.link('Finish later').click();
  await person.sees('Bank connections');
  await expect(person.listed(STANDARD_BANK.name)).toContainText('Activating');
});
