// Pictures of the screens for a reviewer: each in both themes and at both widths, in one folder with an index page.
import { readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from '@playwright/test';

/** The screens of the product, in the order in which a customer meets them. */
export const SCREENS = [
  'sign-in',
  'list',
  'connection details',
  'delegated user',
  'sheet',
  'finish setup',
  'activation',
  'detail',
  'removal',
  'problem',
] as const;
export type Screen = (typeof SCREENS)[number];

const WIDTHS = [1280, 375] as const;
const HEIGHTS = { 1280: 800, 375: 667 } as const;
const THEMES = ['light', 'dark'] as const;

/** One way to look at a page. */
export interface View {
  theme: (typeof THEMES)[number];
  width: (typeof WIDTHS)[number];
}

/** The same order everywhere: what a reviewer compares stands side by side. */
const VIEWS: View[] = WIDTHS.flatMap((width) => THEMES.map((theme) => ({ theme, width })));

const FOLDER = path.resolve(__dirname, '../..', process.env.CONNECT_PICTURES ?? 'target/pictures');
const PICTURE = /^([a-z0-9-]+?)--([a-z0-9-]+?)--(light|dark)--(375|1280)\.png$/;

/** Looks at the page in every view, one after the other, and leaves it as it was. */
export async function inEveryView(page: Page, look: (view: View) => Promise<void>): Promise<void> {
  const before = page.viewportSize();
  for (const view of VIEWS) {
    // What fades or slides would be caught halfway.
    await page.emulateMedia({ colorScheme: view.theme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width: view.width, height: HEIGHTS[view.width] });
    await look(view);
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
  if (before) await page.setViewportSize(before);
}

/** One picture of the whole page, as far as it can be scrolled. */
export async function photograph(page: Page, view: View, screen: Screen, state: string): Promise<void> {
  const name = [screen, state, view.theme, String(view.width)].map(slug).join('--');
  await page.screenshot({ path: path.join(FOLDER, `${name}.png`), fullPage: true, animations: 'disabled' });
}

/** Takes away an earlier run's pictures, so that none is taken for this run's. Nothing else in the folder is touched. */
export async function clearPictures(): Promise<void> {
  const files = await readdir(FOLDER).catch(() => []);
  const ours = files.filter((file) => PICTURE.test(file) || file === 'index.html');
  await Promise.all(ours.map((file) => rm(path.join(FOLDER, file))));
}

/** Writes the page that shows all pictures that there are. A run that took none leaves none behind. */
export async function writeIndex(): Promise<void> {
  const files = new Set((await readdir(FOLDER).catch(() => [])).filter((file) => PICTURE.test(file)));
  if (files.size === 0) return;
  const states = new Map<string, Set<string>>();
  for (const file of [...files].sort()) {
    const [, screen = '', state = ''] = PICTURE.exec(file) ?? [];
    states.set(screen, (states.get(screen) ?? new Set()).add(state));
  }
  await writeFile(path.join(FOLDER, 'index.html'), indexPage(files, states));
}

function indexPage(files: Set<string>, states: Map<string, Set<string>>): string {
  const screens = SCREENS.map(slug).filter((screen) => states.has(screen));
  const count = [...states.values()].reduce((sum, of) => sum + of.size, 0);
  const complete = count * VIEWS.length;
  const contents = screens.map((screen) => {
    const links = [...(states.get(screen) ?? [])].map((state) => `<a href="#${screen}--${state}">${words(state)}</a>`);
    return `<p><b>${words(screen)}</b> (${links.length}): ${links.join(' · ')}</p>`;
  });
  const sections = screens.map((screen) => {
    const rows = [...(states.get(screen) ?? [])].map((state) => row(files, screen, state));
    return `<h2>${words(screen)}</h2>\n<div class="states">\n${rows.join('\n')}\n</div>`;
  });
  const extent = process.env.CONNECT_SOAK ? 'All states.' : 'One state for each look; <code>cargo xtask soak</code> takes all.';
  const missing = files.size === complete ? '' : `, <strong>${complete - files.size} missing</strong>`;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Pictures of the screens</title>
<style>
  body { font: 15px/1.4 system-ui, sans-serif; margin: 1.5rem; color: #222; background: #f4f4f4 }
  h2 { margin: 2.5rem 0 0.5rem; text-transform: capitalize; border-top: 2px solid #999; padding-top: 1rem }
  h3 { margin: 0 0 0.25rem; font-size: 0.9rem }
  .states { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 42rem), 1fr)); gap: 1rem }
  .views { display: grid; grid-template-columns: 3fr 3fr 1fr 1fr; gap: 0.3rem }
  .views a, .views span { display: block; height: 13rem; overflow: hidden; border: 1px solid #bbb; background: #fff }
  img { display: block; width: 100% }
</style>
<h1>Pictures of the screens</h1>
<p>${files.size} pictures of ${count} states of ${screens.length} screens${missing}, taken ${new Date().toISOString()}. ${extent}
From left to right: ${VIEWS.map(({ theme, width }) => `${theme} ${width}`).join(', ')}. Each leads to the whole picture.</p>
${contents.join('\n')}
${sections.join('\n')}
</html>
`;
}

function row(files: Set<string>, screen: string, state: string): string {
  const views = VIEWS.map(({ theme, width }) => {
    const file = `${screen}--${state}--${theme}--${width}.png`;
    const alt = `${words(screen)}, ${words(state)}, ${theme}, ${width} pixels wide`;
    if (!files.has(file)) return `<span>missing: ${alt}</span>`;
    return `<a href="${file}"><img loading="lazy" src="${file}" alt="${alt}"></a>`;
  });
  const name = `<h3 id="${screen}--${state}">${words(screen)}: ${words(state)}</h3>`;
  return `<section>${name}<div class="views">${views.join('')}</div></section>`;
}

function slug(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '');
}

function words(slugged: string): string {
  return slugged.replaceAll('-', ' ');
}
