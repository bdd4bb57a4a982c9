// Walks through the product at random: by default one of somebody who reads English, one in Spanish and one of somebody
// who may only look. `CONNECT_WALKS` says how many there are otherwise, `CONNECT_WALK_SEED` with which seed they begin: a
// walk that failed is walked again with its seed and a single walk.
import type { Browser } from '@playwright/test';
import type { Place } from '../support/demo';
import { INSTANT_BANK } from '../support/person';
import type { Received, Simulator } from '../support/simulator';
import { Walker, type Feet } from '../support/walker';
import { expect, ownPortal, test } from '../support/test';

const { CONNECT_WALKS: WALKS, CONNECT_WALK_SEED: SEED } = process.env;
const STEPS = 25;

/**
 * The seeds to walk: this share of `CONNECT_WALKS`, or one by default. The three defaults were chosen among the first
 * eight seeds of each kind, because together they cover the most different steps and pages.
 */
function seeds(share: number, alone: number): number[] {
  if (WALKS === undefined) return [Number(SEED ?? alone)];
  const first = Number(SEED ?? 1);
  return Array.from({ length: Math.ceil(Number(WALKS) * share) }, (_, index) => first + index);
}

// A walk switches JavaScript on and off by itself, so that it is made once and not in both projects.
test.describe('a random walk', { tag: '@javascript' }, () => {
  for (const seed of seeds(1, 7)) {
    test(`walk ${seed}`, async ({ browser, place, simulator, org }) => {
      await walks(browser, place, simulator, { seed, org });
    });
  }

  // Of ten people in front of the product one reads Spanish, and one may only look.
  for (const seed of seeds(0.1, 1)) {
    test(`walk ${seed} in Spanish`, async ({ browser, place, simulator, org }) => {
      await walks(browser, place, simulator, { seed, org, locale: 'es-ES' });
    });
  }

  for (const seed of seeds(0.1, 7)) {
    test(`walk ${seed} of somebody who may only look`, async ({ browser, place, simulator, org, person }) => {
      const setup = await person.hasBegun('Bank in setup', ownPortal());
      const expired = await person.hasBegun('Expired Bank', ownPortal());
      const connected = await person.hasBegunAt(INSTANT_BANK);
      await simulator.put(expired, { kind: 'ready', status: 'reauthRequired' });
      await simulator.connect(connected);
      const connections = [setup, expired, connected];
      const changes = async () =>
        (await Promise.all(connections.map((id) => simulator.receivedFor(id))))
          .flat()
          .filter(isChange)
          .map((change) => JSON.stringify(change));
      const before = await changes();
      await walks(browser, place, simulator, { seed, org, role: 'viewer', connections });
      // The simulator forgets what is long ago.
      const since = (await changes()).filter((change) => !before.includes(change));
      expect(since, 'whoever may only look changed something').toEqual([]);
    });
  }
});

async function walks(browser: Browser, place: Place, simulator: Simulator, feet: Feet): Promise<void> {
  const walker = new Walker(browser, place, simulator, feet);
  try {
    await walker.walk(STEPS);
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
