// An activation page that stays open. The clock is the test's own; how the page hears of the end is in live.spec.ts, and what
// it says in server/tests/it/setup_panel.rs.
import { looksRight } from '../support/audit';
import { STANDARD_BANK } from '../support/person';
import { expect, test } from '../support/test';

test('an open activation page tells how long it has been, and turns late by itself', {
  tag: '@javascript',
}, async ({ person, simulator }) => {
  const { page } = person;
  await page.clock.install();
  // Streams that are silent for so long are given up, and the page asks. What is under way when the clock jumps would be late.
  await page.addInitScript(() => {
    const real = window.fetch;
    window.fetch = (input, init) =>
      String(input instanceof Request ? input.url : input).includes('/events?')
        ? Promise.resolve(new Response(''))
        : real(input, init);
  });
  const id = await person.hasFinishedAt(STANDARD_BANK);
  await simulator.keepActivating(id);
  await person.open(`/connections/${id}/setup`);
  const main = page.getByRole('main');
  const late = main.getByText('It has been more than a day');
  const waiting = main.getByText('Handed over');
  await expect(waiting).toContainText('just now');
  await page.clock.fastForward('12:00');
  await expect(waiting).toContainText('12 minutes ago');
  await page.clock.fastForward('23:00:00');
  await expect(waiting).toContainText('23 hours ago');
  await expect(late).toBeHidden();

  await page.clock.fastForward('01:00:00');
  await expect(late).toBeVisible();
  await expect(main.getByText('Support code')).toBeVisible();
  await expect(main.getByRole('link', { name: 'Contact support' })).toBeVisible();
  await expect(page.locator('#announcer')).toContainText('It has been more than a day');
  await looksRight(person, 'activation', 'late');
});
