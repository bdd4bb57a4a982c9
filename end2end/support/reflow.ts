// Looks at a page as somebody does who zooms in, whose language has longer words, or who reads from right to left.
import { expect, type Page } from '@playwright/test';
import type { Person } from './person';

export interface Size {
  width: number;
  height: number;
}

/** What WCAG 2.2 asks for in 1.4.10: a small phone, and a screen of 1280 by 1024 at 400 %. */
const NARROW = [
  { width: 320, height: 640 },
  { width: 320, height: 256 },
] as const;

/** A small phone, a phone, and a laptop. */
const DEVICES = [NARROW[0], { width: 375, height: 667 }, { width: 1280, height: 800 }] as const;

/** Fails where something is beyond the edge of the page or cut off, and leaves the window as it was. */
export async function reflows(page: Page, size: Size, what: string): Promise<void> {
  const before = page.viewportSize();
  await page.setViewportSize(size);
  const where = `${what} at ${size.width} by ${size.height}`;
  const sideways = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(sideways, `${where}: sideways scrolling`).toBeLessThanOrEqual(0);
  expect(await page.evaluate(cutOff), `${where}: cut off`).toEqual([]);
  if (before) await page.setViewportSize(before);
}

/** Fails where somebody loses something who zooms in, has a small phone, or reads another language. */
export async function looksNarrow(person: Person, what: string): Promise<void> {
  for (const size of NARROW) await reflows(person.page, size, what);
  await reflowsInOtherLanguages(person.page, what);
}

/**
 * The same on each device in a language that no catalogue is written in: one that takes a third more room, and one
 * that is read from right to left. Leaves the page as it was.
 */
async function reflowsInOtherLanguages(page: Page, what: string): Promise<void> {
  await page.evaluate(() => (document.documentElement.dir = 'rtl'));
  for (const size of DEVICES) await reflows(page, size, `${what}, from right to left,`);
  await page.evaluate(() => document.documentElement.removeAttribute('dir'));
  // Sentences grow by more than a third; the days, names and numbers beside them by less.
  expect(await page.evaluate(lengthen), `${what} in longer words`).toBeGreaterThan(1.2);
  for (const size of DEVICES) await reflows(page, size, `${what}, in longer words,`);
  await page.evaluate(shorten);
}

/** Runs in the page: says every vowel and n twice, so that words grow and not only sentences. Gives by how much. */
function lengthen(): number {
  const skipped = 'script, style, noscript, template';
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const kept: [Text, string, string][] = [];
  let [before, after] = [0, 0];
  for (let node = walker.nextNode() as Text | null; node; node = walker.nextNode() as Text | null) {
    if (node.parentElement?.closest(skipped) || !/\p{L}/u.test(node.data)) continue;
    const longer = node.data.replace(/[aeiouyn]/gi, '$&$&');
    before += node.data.length;
    after += longer.length;
    kept.push([node, node.data, longer]);
    node.data = longer;
  }
  (window as unknown as { kept?: typeof kept }).kept = kept;
  return after / before;
}

/** Runs in the page: takes back what `lengthen` did, where nothing else was written meanwhile. */
function shorten(): void {
  const { kept = [] } = window as unknown as { kept?: [Text, string, string][] };
  for (const [node, before, longer] of kept) if (node.data === longer) node.data = before;
}

/** Runs in the page: what stands beyond the edge, or does not fit into a box that hides the rest. */
function cutOff(): string[] {
  const width = document.documentElement.clientWidth;
  // A pixel and less is rounding; what only a screen reader reads is a pixel wide on purpose.
  const seen = (element: Element) => element.checkVisibility() && element.getBoundingClientRect().width > 1;
  const named = (element: Element) => element.outerHTML.slice(0, 120);
  return [...document.querySelectorAll<HTMLElement>('body *')].filter(seen).flatMap((element) => {
    const { left, right } = element.getBoundingClientRect();
    if ((right > width + 1 || left < -1) && !element.closest('.skip-link, svg')) return [`beyond the edge: ${named(element)}`];
    const hides = getComputedStyle(element).overflowX !== 'visible' && !(element instanceof HTMLInputElement);
    const cut = hides && element.scrollWidth > element.clientWidth + 1;
    return cut && !element.closest('svg') ? [`cut off: ${named(element)}`] : [];
  });
}
