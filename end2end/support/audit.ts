// Looks at a page as an auditor would: WCAG 2.2 AA, no sideways scrolling and nothing out of place, in both colour schemes, on
// a phone and on a laptop. A page that is looked at is also photographed.
import { expect, type Page } from '@playwright/test';
import axe, { type RunOptions } from 'axe-core';
import type { Person } from './person';
import { inEveryView, photograph, type Screen, type View } from './pictures';

type Rules = NonNullable<RunOptions['runOnly']>;

const RULES: Rules = { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] };
/** Those of the rules that depend on colours. The others find the same in both colour schemes, so one of them is enough. */
const COLOUR_RULES: Rules = { type: 'rule', values: ['color-contrast', 'link-in-text-block'] };

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
    // At the same address, from which alone the server lets its style sheet be used.
    const body = await still(person.page);
    await page.route(person.page.url(), (route) => route.fulfill({ contentType: 'text/html', body }));
    await page.goto(person.page.url());
    await inEveryView(page, (view) => audit(page, view, `${screen}, ${state}`));
    await context.close();
  }
}

async function audit(page: Page, view: View, what: string): Promise<void> {
  const where = `${what}, ${view.theme}, ${view.width}`;
  // Once for a page: the program is half a megabyte. AxeBuilder would send it twice for each view.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source);
  const runOnly = view.theme === 'light' ? RULES : COLOUR_RULES;
  const found = await page.evaluate(violations, runOnly);
  expect(found, where).toEqual([]);
  const sideways = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(sideways, `${where}: sideways scrolling`).toBeLessThanOrEqual(0);
  expect(await page.evaluate(misplaced), `${where}: out of place`).toEqual([]);
}

/** Runs in the page: copy buttons too small for a finger or outside their panel, and buttons in notices with text off the middle. */
function misplaced(): string[] {
  const found: string[] = [];
  for (const copy of document.querySelectorAll('.copy')) {
    if (!copy.checkVisibility()) continue;
    const [button, panel] = [copy.getBoundingClientRect(), copy.closest('.panel')?.getBoundingClientRect()];
    const isInside = panel && button.left >= panel.left && button.right <= panel.right;
    if (button.width < 44 || button.height < 44 || !isInside) found.push(copy.outerHTML);
  }
  for (const link of document.querySelectorAll('.notice .button')) {
    const text = document.createRange();
    text.selectNodeContents(link);
    const [inner, outer] = [text.getBoundingClientRect(), link.getBoundingClientRect()];
    const across = inner.left + inner.right - outer.left - outer.right;
    const down = inner.top + inner.bottom - outer.top - outer.bottom;
    if (Math.abs(across) > 4 || Math.abs(down) > 4) found.push(link.outerHTML);
  }
  return found;
}

/** Runs in the page: each rule that is broken, with the elements that break it. */
async function violations(runOnly: Rules): Promise<string[]> {
  const auditor = (window as unknown as { axe: typeof axe }).axe;
  // Only violations are asked for: the reasons why all the rest is well take most of the auditor's time.
  const { violations } = await auditor.run(document, { resultTypes: ['violations'], runOnly });
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
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
