// How an open page hears of changes, as a test sees it from outside.
import { expect, type Page } from '@playwright/test';
import type { Person } from './person';

/** A page listens. */
export const STREAM = /\/events\?(?!.*snapshot)/;

/** A page whose streams do not come through asks for the present state. */
export const SNAPSHOT = /\/events\?.*snapshot/;

/**
 * Has such questions answered at once, because they name no event that the page knows of. Otherwise the server waits for news,
 * in real seconds, while a test moves the page's clock past the time that the page gives it.
 */
export const answersAtOnce = (page: Page) =>
  page.route(SNAPSHOT, (route) => route.continue({ url: route.request().url().replace(/snapshot=.*/, 'snapshot=') }));

/** Opens a page and waits until its stream has begun, so that the page hears of whatever happens next. */
export async function opensListening(person: Person, path: string, heading: string): Promise<void> {
  const begun = person.page.waitForResponse(STREAM);
  await person.open(path);
  await person.sees(heading);
  await begun;
}

/** Moves the page's clock on, second by second, until the page shows something. */
export const runsUntil = (page: Page, shows: () => Promise<unknown>) =>
  expect(async () => {
    await page.clock.runFor(1_000);
    await shows();
  }).toPass({ intervals: [50] });

/** A short timeout in milliseconds: only the page's clock can make these true. */
export const NOW = { timeout: 100 };
