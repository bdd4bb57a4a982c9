// How long something takes to be seen.
import { test, type Locator } from '@playwright/test';
import { expect, SOAK } from './replicas';

/** How often a page is looked at, in milliseconds: what is measured is at most so much too long. */
const OFTEN = 50;

/** After so many milliseconds a change counts as lost, also on a busy machine. */
const PATIENCE = 60_000;

/** Extra milliseconds that a soak allows, because all programs share the machine. */
const SPARE = 1_000;

/**
 * Waits until all of these are visible, and prints how long each of them took. Only a soak judges the time, by `limit`
 * in milliseconds: a busy machine says nothing of it, and in virtual time server/src/events/tests.rs holds it always.
 */
export async function seen(limit: number, since: number, what: Record<string, Locator>): Promise<void> {
  const waits = Object.entries(what).map(async ([name, locator]) => {
    await expect
      .poll(() => locator.first().isVisible(), { message: name, intervals: [OFTEN], timeout: PATIENCE })
      .toBe(true);
    return { name, took: Date.now() - since };
  });
  const all = await Promise.all(waits);
  const said = all.map(({ name, took }) => `${name} ${took} ms`).join(', ');
  test.info().annotations.push({ type: 'seen', description: said });
  console.log(`${test.info().title}: ${said}`);
  if (SOAK) expect(Math.max(...all.map(({ took }) => took)), said).toBeLessThanOrEqual(limit + SPARE);
}
