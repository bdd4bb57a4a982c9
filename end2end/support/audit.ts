// Looks at a page as an auditor would: WCAG 2.2 AA and no sideways scrolling, in both colour schemes, on a phone and on
// a laptop. A page that is looked at is also photographed.
import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';
import type { Person } from './person';
import { inEveryView, photograph, type Screen, type View } from './pictures';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** Fails with what an auditor would find on the page that is open, and leaves pictures of it. */
export async function looksRight(person: Person, screen: Screen, state: string): Promise<void> {
  if (person.hasJavaScript) {
    await inEveryView(person.page, async (view) => {
      // First, so that there is a picture of what the auditor does not like.
      await photograph(person.page, view, screen, state);
      await audit(person.page, view, `${screen}, ${state}`);
    });
  } else {
    const context = await person.context.browser()?.newContext({ javaScriptEnabled: true });
    if (!context) throw new Error('the browser is gone');
    const page = await context.newPage();
    await page.setContent(await still(person.page));
    // The same HTML is looked at in every view with JavaScript; half of them show what the copy of the page lacks.
    await inEveryView(page, async (view) => {
      if ((view.theme === 'light') === (view.width === 1280)) await audit(page, view, `${screen}, ${state}`);
    });
    await context.close();
  }
}

async function audit(page: Page, view: View, what: string): Promise<void> {
  const where = `${what}, ${view.theme}, ${view.width}`;
  // Only violations are asked for: the reasons why all the rest is well take most of the auditor's time.
  const auditor = new AxeBuilder({ page }).options({ resultTypes: ['violations'] }).withTags(RULES).setLegacyMode();
  const { violations } = await auditor.analyze();
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
  expect(found, where).toEqual([]);
  const sideways = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(sideways, `${where}: sideways scrolling`).toBeLessThanOrEqual(0);
}

/**
 * The auditor is a script, so a page without JavaScript is shown to it as a copy: with what stands in `<noscript>`, and
 * without scripts and what would move on by itself.
 */
async function still(page: Page): Promise<string> {
  const html = await page.content();
  return html
    .replace(/<script[\s\S]*?<\/script>/g, '')
    .replace(/<\/?noscript>/g, '')
    .replace(/<meta http-equiv="refresh"[^>]*>/g, '')
    .replace('<head>', `<head><base href="${new URL(page.url()).origin}/">`);
}
