// How an open page hears of changes, as a test sees it from outside.
import type { Page } from '@playwright/test';

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
