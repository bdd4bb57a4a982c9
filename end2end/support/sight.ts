// Reads from the open page what the walker needs: its address, its heading and the elements to act on.
import type { Page } from '@playwright/test';

/** What can be acted on: the host's page around the product is not ours, and neither is what leads out of it. */
export const THINGS =
  ':is(main, body > header) :is(a[href], button, input:not([type=hidden]), select, [role=option], summary)';

export type Kind = 'link' | 'button' | 'submit' | 'text' | 'day' | 'select' | 'combobox' | 'tick' | 'option';

export interface Thing {
  /** Among all that `THINGS` finds. */
  index: number;
  kind: Kind;
  /** The name of a field; the words of anything else. */
  name: string;
  /** How many a select offers. */
  options: number;
  /** A field that holds something, or a box that is ticked, or one of whose group another is. */
  done: boolean;
  /** The way home is on every page. */
  inHeader: boolean;
}

/** What a page shows, as far as the walk is concerned. */
export interface Sight {
  url: string;
  heading: string;
  headings: number;
  /** Links and buttons of `main`. */
  nextSteps: number;
  text: string;
  /** The server said which field it cannot use. */
  refused: boolean;
  /** The name that a removal asks for. */
  nameAsked: string;
  connections: string[];
  things: Thing[];
}

/** What the page that is open shows; nothing while that is not yet what it will be. */
export async function see(page: Page, scripted: boolean): Promise<Sight | null> {
  return page.evaluate(look, { things: THINGS, scripted });
}

/** Runs in the page. Nothing while that is not yet what it will be. */
function look({ things, scripted }: { things: string; scripted: boolean }): Sight | null {
  const root = document.documentElement;
  if (document.readyState !== 'complete' || document.querySelector('form[data-busy]')) return null;
  if (scripted && root.getAttribute('data-hydrated') !== 'true') return null;
  const shown = (element: Element) => element.checkVisibility() && element.getClientRects().length > 0;
  const enabled = (element: Element) => shown(element) && !element.matches(':disabled');
  // The list of a search lies over what stands below it until it is closed.
  const list = [...document.querySelectorAll('[role=listbox]')].find(shown);
  const free = (element: Element) => {
    const [over, under] = [list?.getBoundingClientRect(), element.getBoundingClientRect()];
    return !over || list?.contains(element) || under.bottom <= over.top || under.top >= over.bottom;
  };
  const words = (element: Element) => (element.getAttribute('aria-label') ?? element.textContent ?? '').trim();
  const kindOf = (element: Element): Kind | undefined => {
    if (element instanceof HTMLAnchorElement) {
      const stays = element.origin === location.origin && !element.target && !element.hasAttribute('download');
      const leaves = element.relList.contains('external') || element.pathname.endsWith('.csv') || element.hash;
      return stays && !leaves ? 'link' : undefined;
    }
    if (element instanceof HTMLButtonElement) return element.type === 'submit' && element.form ? 'submit' : 'button';
    if (element.getAttribute('role') === 'combobox') return 'combobox';
    if (element.getAttribute('role') === 'option') return 'option';
    if (element instanceof HTMLSelectElement) return 'select';
    if (!(element instanceof HTMLInputElement)) return 'button';
    if (element.type === 'date') return 'day';
    return /checkbox|radio/.test(element.type) ? 'tick' : 'text';
  };
  const isDone = (element: Element) => {
    if (!(element instanceof HTMLInputElement)) return false;
    if (element.type === 'checkbox') return element.checked;
    if (element.type !== 'radio') return element.value !== '';
    return document.querySelector(`input[type=radio][name="${element.name}"]:checked`) !== null;
  };
  const found = [...document.querySelectorAll(things)].flatMap((element, index) => {
    const kind = enabled(element) && free(element) ? kindOf(element) : undefined;
    const field = element instanceof HTMLInputElement || element instanceof HTMLSelectElement;
    const name = field ? element.name || element.id : words(element);
    const options = element instanceof HTMLSelectElement ? element.options.length : 0;
    return kind ? [{ index, kind, name, options, done: isDone(element), inHeader: !element.closest('main') }] : [];
  });
  const links = [...document.querySelectorAll<HTMLAnchorElement>('main a[href]')];
  const ids = [location.pathname, ...links.map((link) => link.pathname)].flatMap((path) => {
    const [, id] = /\/connections\/([^/]+)/.exec(path) ?? [];
    return id ? [decodeURIComponent(id)] : [];
  });
  const headings = [...document.querySelectorAll('h1')].filter(shown);
  return {
    url: location.href,
    heading: headings[0]?.textContent ?? '',
    headings: headings.length,
    nextSteps: [...document.querySelectorAll('main :is(a[href], button)')].filter(enabled).length,
    text: document.body.innerText,
    nameAsked: document.querySelector('main form[action$="/remove_connection"] strong')?.textContent ?? '',
    refused: [...document.querySelectorAll('main :is(.field-error, [aria-invalid=true])')].some(shown),
    connections: ids,
    things: found,
  };
}
