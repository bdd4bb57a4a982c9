// Looks at a page as an auditor would: WCAG 2.2 AA in both colour schemes, and no sideways scrolling on a phone.
import AxeBuilder from '@axe-core/playwright';
import { expect, type Browser, type Page } from '@playwright/test';
import type { Person } from './person';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const PHONE = { width: 375, height: 667 };
const LAPTOP = { width: 1280, height: 800 };

/** Fails with what an auditor would find on the page that is open. */
export async function passesAudit(browser: Browser, person: Person, screen: string): Promise<void> {
  if (person.hasJavaScript) {
    await audit(person.page, screen);
    await person.page.setViewportSize(LAPTOP);
  } else {
    const context = await browser.newContext({ javaScriptEnabled: true });
    const page = await context.newPage();
    await page.setContent(await still(person.page));
    await audit(page, screen);
    await context.close();
  }
}

async function audit(page: Page, screen: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const { violations } = await new AxeBuilder({ page }).withTags(RULES).setLegacyMode().analyze();
    const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
    expect(found, `${screen}, ${colorScheme}`).toEqual([]);
  }
  for (const size of [PHONE, LAPTOP]) {
    await page.setViewportSize(size);
    const sideways = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(sideways, `${screen} at ${size.width}: sideways scrolling`).toBeLessThanOrEqual(0);
  }
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
