// Walks through the product at random. `CONNECT_WALKS` says how many, `CONNECT_WALK_SEED` with which seed they begin: a
// walk that failed is walked again with its seed and a single walk.
import type { Browser } from '@playwright/test';
import type { Place } from '../support/demo';
import { INSTANT_BANK } from '../support/person';
import type { Received, Simulator } from '../support/simulator';
import { Walker, type Feet } from '../support/walker';
import { expect, ownPortal, test } from '../support/test';

const WALKS = Number(process.env.CONNECT_WALKS ?? 20);
const FIRST_SEED = Number(process.env.CONNECT_WALK_SEED ?? 1);
const STEPS = 25;
/** Steps that a page took away by moving on are few. */
const STEPS_MADE = 20;

/** Of ten people in front of the product one may only look, and one reads Spanish. */
const seeds = (walks: number) => Array.from({ length: Math.ceil(walks) }, (_, index) => FIRST_SEED + index);

// A walk switches JavaScript on and off by itself, so that it is made once and not in both projects.
test.describe('a random walk', { tag: '@javascript' }, () => {
  for (const seed of seeds(WALKS)) {
    test(`walk ${seed}`, async ({ browser, place, simulator, org }) => {
      await walks(browser, place, simulator, { seed, org });
    });
  }

  for (const seed of seeds(WALKS / 10)) {
    test(`walk ${seed} in Spanish`, async ({ browser, place, simulator, org }) => {
      await walks(browser, place, simulator, { seed, org, locale: 'es-ES' });
    });

    test(`walk ${seed} of somebody who may only look`, async ({ browser, place, simulator, org, person }) => {
      const setup = await person.startsSetupOfUnlisted('Bank in setup', ownPortal());
      const expired = await person.startsSetupOfUnlisted('Expired Bank', ownPortal());
      const connected = await person.startsSetupOf(INSTANT_BANK);
      await simulator.put(expired, { kind: 'ready', status: 'reauthRequired' });
      await simulator.connect(connected);
      const connections = [setup, expired, connected];
      const changes = async () =>
        (await Promise.all(connections.map((id) => simulator.receivedFor(id)))).flat().filter(isChange).length;
      const before = await changes();
      await walks(browser, place, simulator, { seed, org, role: 'viewer', connections });
      // The simulator forgets what is long ago.
      expect(await changes(), 'whoever may only look changed something').toBeLessThanOrEqual(before);
    });
  }
});

async function walks(browser: Browser, place: Place, simulator: Simulator, feet: Feet): Promise<void> {
  const walker = new Walker(browser, place, simulator, feet);
  try {
    expect(await walker.walk(STEPS)).toBeGreaterThanOrEqual(STEPS_MADE);
    await walker.hasKeptItsPromises();
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    throw new Error(`walk ${feet.seed} of ${feet.org}:\n${walker.log.join('\n')}\n${what}`, { cause: error });
  } finally {
    await walker.leave();
  }
}

function isChange({ method }: Received): boolean {
  return method !== 'GET';
}
