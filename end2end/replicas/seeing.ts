// How long something takes to be seen.
import { test, type Locator } from '@playwright/test';
import { expect } from './replicas';

/** How often a page is looked at, in milliseconds: what is measured is at most so much too long. */
const OFTEN = 50;

/** The slowest may be so much later: three browsers, two servers, their database and Waycore share the machine. */
const SPARE = 1_000;

/**
 * Waits until all of these are visible, and notes how long each of them took. More than half of them have to be within
 * the limit, and each within a second more.
 */
export async function seenWithin(limit: number, since: number, what: Record<string, Locator>): Promise<void> {
  const seen = Object.entries(what).map(async ([name, locator]) => {
    await expect
      .poll(() => locator.first().isVisible(), { message: name, intervals: [OFTEN], timeout: limit + SPARE + 2 * OFTEN })
      .toBe(true);
    return { name, took: Date.now() - since };
  });
  const all = await Promise.all(seen);
  const said = all.map(({ name, took }) => `${name} ${took} ms`).join(', ');
  test.info().annotations.push({ type: 'seen', description: said });
  console.log(`${test.info().title}: ${said}`);
  const times = all.map(({ took }) => took).sort((one, other) => one - other);
  expect(times[Math.floor(times.length / 2)], said).toBeLessThanOrEqual(limit);
  expect(times.at(-1), said).toBeLessThanOrEqual(limit + SPARE);
}
