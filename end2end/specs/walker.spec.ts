// Walks through the product at random. `CONNECT_WALKS` says how many, `CONNECT_WALK_SEED` with which seed they begin: a
// walk that failed is walked again with its seed and a single walk.
import { Walker } from '../support/walker';
import { expect, test } from '../support/test';

const WALKS = Number(process.env.CONNECT_WALKS ?? 20);
const FIRST_SEED = Number(process.env.CONNECT_WALK_SEED ?? 1);
const STEPS = 25;
/** Steps that a page took away by moving on are few. */
const STEPS_MADE = 20;

// A walk switches JavaScript on and off by itself, so that it is made once and not in both projects.
test.describe('a random walk', { tag: '@javascript' }, () => {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + WALKS; seed += 1) {
    test(`walk ${seed}`, async ({ browser, place, simulator, org }) => {
      const walker = new Walker(browser, place, simulator, org, seed);
      try {
        expect(await walker.walk(STEPS)).toBeGreaterThanOrEqual(STEPS_MADE);
        await walker.hasKeptItsPromises();
      } catch (error) {
        const what = error instanceof Error ? error.message : String(error);
        throw new Error(`walk ${seed} of ${org}:\n${walker.log.join('\n')}\n${what}`, { cause: error });
      } finally {
        await walker.leave();
      }
    });
  }
});
