// Looks at a page as somebody does who zooms in, or whose language has longer words.
import { expect, type Page } from '@playwright/test';

/** What WCAG 2.2 asks for in 1.4.10: a small phone, and a screen of 1280 by 1024 at 400 %. */
export const NARROW = [
  { width: 320, height: 640 },
  { width: 320, height: 256 },
] as const;

/** Fails where something is beyond the edge of the page or cut off, and leaves the window as it was. */
export async function reflows(page: Page, size: { width: number; height: number }, what: string): Promise<void> {
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
