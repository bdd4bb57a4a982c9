// The activation page asks every five seconds, and only while somebody looks at it. The clock is the test's own.
import { STANDARD_BANK } from '../support/person';
import { expect, test } from '../support/test';

test('the activation is asked for every five seconds, not while hidden, and not once left', {
  tag: '@javascript',
}, async ({ person, simulator }) => {
  const { page } = person;
  await page.clock.install();
  const id = await person.startsSetupOf(STANDARD_BANK);
  await simulator.keepActivating(id);
  await person.open(`/connections/${id}/setup`);
  await person.sees('Activating your connection');

  let asked = 0;
  page.on('request', (request) => {
    if (request.url().endsWith('/api/get_connection')) asked += 1;
  });
  const answer = () => page.waitForResponse((response) => response.url().endsWith('/api/get_connection'));

  for (const round of [1, 2]) {
    const answered = answer();
    await page.clock.fastForward(5_000);
    await answered;
    expect(asked).toBe(round);
  }

  const setVisibility = (state: DocumentVisibilityState) =>
    page.evaluate((value) => {
      Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => value });
      document.dispatchEvent(new Event('visibilitychange'));
    }, state);
  await setVisibility('hidden');
  await page.clock.fastForward(60_000);
  expect(asked, 'nobody looks').toBe(2);
  const answered = answer();
  await setVisibility('visible');
  await answered;
  expect(asked, 'caught up at once').toBe(3);

  await person.link('Finish later').click();
  await person.sees('Bank connections');
  await page.clock.fastForward(60_000);
  expect(asked, 'the page was left').toBe(3);
});

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
