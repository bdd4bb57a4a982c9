// A random walker: performs random allowed actions, and checks the invariants of a page after each.
import {
  errors,
  expect,
  type Browser,
  type BrowserContext,
  type ConsoleMessage,
  type Locator,
  type Page,
  type Request,
} from '@playwright/test';
import type { Place } from './demo';
import { Dice } from './dice';
import { englishIn } from './language';
import { Person } from './person';
import { see, THINGS, type Kind, type Sight, type Thing } from './sight';
import type { Received, Simulator } from './simulator';

const LONG = 'Bank '.repeat(700);
const TEXTS = [
  'Our House Bank', 'Müller & Söhne', 'Standard Test Bank', '🏦🔑 Bank', 'بنك الاختبار', '<b>Bold</b> Bank',
  `"' onclick="alert(1)`, '   ', '', LONG,
];
const SEARCHES = [
  'sim-instant', 'sim-instant', 'sim-ready', 'sim-ready', 'sim-portals', 'sim-existing', 'sim-standard',
  'sim-provisioning', 'sim-strict', 'sim-rate-limited', 'sim-unavailable', 'test bank',
];
const NO_PORTALS = [
  'http://bank.example/login', 'bank.example', 'javascript:alert(1)', 'https://me:secret@bank.example/', 'https://',
  'https://bank.example/log in', 'https://PORTAL.standard-test-bank.example/other', `https://bank.example/${LONG}`,
];
/** A date field of a browser takes nothing else; what an address may hold instead is among the kept pages. */
const DAYS = ['2026-01-31', '2020-02-29', '2099-12-31', ''];

/** A running program's words, which are for its makers. */
const INSIDES = /panicked at|stack backtrace|RuntimeError|\bat \S+\.(rs|js|wasm):\d+/;
/** What a page asks for by itself. */
const BY_ITSELF = /\/(pkg|theme)\/|\/events$|\/api\/(search_institutions|coach_portal)$/;
/** Longer than an action may take, so that what could not be clicked is told apart from what nothing follows. */
const PATIENCE_MILLIS = 20_000;
const TABS = 3;

/** Who walks. */
export interface Feet {
  seed: number;
  org: string;
  role?: 'viewer' | 'manager';
  locale?: 'en-US' | 'es-ES';
  /** Connections that others have begun. */
  connections?: string[];
}

interface Step {
  /** How likely it is beside the others. */
  weight: number;
  says: string;
  takes(): Promise<void>;
}

export class Walker {
  /** What was done, for whoever has to find out what went wrong. */
  readonly log: string[] = [];
  private readonly dice: Dice;
  /** What this walk searches for: few, so that it comes to the same bank again. */
  private readonly banks: string[];
  private readonly trouble: string[] = [];
  private readonly asked = new Map<Page, Set<Request>>();
  private readonly connections: Set<string>;
  private readonly org: string;
  private readonly role: 'viewer' | 'manager';
  private readonly locale: string;
  /** Connections whose name was typed before "Remove permanently" was pressed. */
  private readonly given = new Set<string>();
  private person!: Person;
  /** Step 1 was handed in since the last look. */
  private handedIn = false;
  /** Step 1 was handed in and not refused. */
  private mayHaveCreated: boolean;

  constructor(
    private readonly browser: Browser,
    private readonly place: Place,
    private readonly simulator: Simulator,
    { seed, org, role = 'manager', locale = 'en-US', connections = [] }: Feet,
  ) {
    this.dice = new Dice(seed);
    this.org = org;
    this.role = role;
    this.locale = locale;
    this.connections = new Set(connections);
    this.mayHaveCreated = connections.length > 0;
    this.banks = [1, 2].map(() => this.dice.pick(SEARCHES));
  }

  /**
   * Makes this many steps and looks at each page on the way. One that a page took away by moving on is made up for, as
   * often as there are steps.
   */
  async walk(steps: number): Promise<void> {
    await this.enter(this.dice.roll() < 0.7);
    await this.person.signIn();
    await this.person.open(this.dice.pick(['/', '/new', '/new?unlisted=true']));
    let sight = await this.looks();
    let made = 0;
    for (let number = 1; made < steps; number += 1) {
      expect(number, `${made} of ${steps} steps could be made`).toBeLessThanOrEqual(2 * steps);
      const step = this.dice.weigh(this.steps(sight));
      this.log.push(`${number}. ${step.says}`);
      made += (await this.does(step, sight)) ? 1 : 0;
      sight = await this.looks();
    }
  }

  async leave(): Promise<void> {
    await this.person?.context.close();
  }

  /** What Waycore was asked for in the course of the walk. */
  async hasKeptItsPromises(): Promise<void> {
    const choices = new Map<string, string[]>();
    let entity: string | undefined;
    const removed: Received[] = [];
    for (const id of this.connections) {
      const received = await this.simulator.receivedFor(id);
      entity ??= await this.simulator.entityOf(id);
      choices.set(id, received.filter(isCreation).map(choiceOf));
      removed.push(...received.filter(({ method }) => method === 'DELETE'));
      if (received.some(({ method }) => method === 'DELETE')) {
        expect(this.given.has(id), `${id} was removed without its name`).toBe(true);
      }
    }
    if (!entity) return;
    // In the order of arrival: a bank may be connected again once its connection was removed.
    const standing = new Set<string>();
    const twice: string[] = [];
    for (const received of await this.simulator.receivedNaming('/v1/connections')) {
      if (isCreation(received) && received.body?.entityId === entity && received.status === 201) {
        const choice = choiceOf(received);
        if (standing.has(choice)) twice.push(choice);
        standing.add(choice);
      }
      if (received.method === 'DELETE' && received.status === 204) {
        for (const choice of choices.get(received.path.split('/').pop() ?? '') ?? []) standing.delete(choice);
      }
    }
    expect(twice, 'bank choices that were connected twice').toEqual([]);
    const gone = removed.filter(({ status }) => status === 204).map(({ path }) => path.split('/').pop());
    const left = [...choices].filter(([id]) => !gone.includes(id)).flatMap(([, chosen]) => [...new Set(chosen)]);
    expect(left.length, 'several connections for one bank choice').toBe(new Set(left).size);
  }

  // The steps.

  private steps(sight: Sight): Step[] {
    const steps: Step[] = [];
    const offer = (weight: number, things: Thing[], of: (thing: Thing) => Omit<Step, 'weight'>) => {
      if (things.length > 0) steps.push({ weight, ...of(this.dice.pick(things)) });
    };
    const of = (...kinds: Kind[]) => sight.things.filter(({ kind }) => kinds.includes(kind));
    const fields = of('text', 'combobox', 'tick');
    const open = fields.filter(({ done }) => !done);
    const typed = of('text', 'combobox');
    const empty = typed.filter(({ done }) => !done);
    const links = of('link');
    offer(4, links.filter(({ inHeader }) => !inHeader), (link) => this.follows(link));
    offer(0.5, links.filter(({ inHeader }) => inHeader), (link) => this.follows(link));
    offer(2, of('button'), (button) => ({
      says: `presses “${button.name}”`,
      takes: () => this.at(button).click(),
    }));
    // Most people fill a form in before they send it, or no walk would ever come far.
    offer(empty.length > 0 ? 14 : 2, empty.length > 0 ? empty : typed, (field) => this.types(field, sight));
    offer(2, of('day'), (field) => {
      const day = this.dice.pick(DAYS);
      return { says: `sets ${field.name} to ${brief(day)}`, takes: () => this.at(field).fill(day) };
    });
    offer(2, of('select'), (field) => {
      const index = Math.floor(this.dice.roll() * field.options);
      return {
        says: `chooses option ${index} of ${field.name}`,
        takes: async () => void (await this.at(field).selectOption({ index })),
      };
    });
    const unticked = of('tick').filter(({ done }) => !done);
    offer(unticked.length > 0 ? 12 : 1, unticked.length > 0 ? unticked : of('tick'), (box) => ({
      says: `ticks ${box.name}`,
      takes: () => this.at(box).check(),
    }));
    offer(30, of('option'), (option) => ({
      says: `chooses “${option.name}”`,
      takes: () => this.at(option).click(),
    }));
    const searching = of('option').length > 0 ? of('combobox') : [];
    offer(6, searching, (field) => ({
      says: 'chooses with the keyboard',
      takes: async () => {
        await this.at(field).press('ArrowDown');
        await this.at(field).press('Enter');
      },
    }));
    offer(3, searching, (field) => ({ says: 'closes the options', takes: () => this.at(field).press('Escape') }));
    offer(open.length > 0 ? 4 : 12, of('submit'), (button) => ({
      says: `submits “${button.name}”`,
      takes: () => this.submits(sight, () => this.at(button).click()),
    }));
    offer(open.length > 0 ? 1 : 4, of('submit'), (button) => ({
      says: `submits “${button.name}” with a double click`,
      takes: () => this.submits(sight, () => this.at(button).dblclick()),
    }));
    offer(1, of('submit').length > 0 ? of('text') : [], (field) => ({
      says: `presses Enter in ${field.name}`,
      takes: () => this.submits(sight, () => this.at(field).press('Enter')),
    }));
    steps.push(
      { weight: 1.5, says: 'goes back', takes: () => this.travels('goBack') },
      { weight: 0.7, says: 'goes forward', takes: () => this.travels('goForward') },
      { weight: 1, says: 'reloads', takes: async () => void (await this.page.reload()) },
      { weight: 1, says: 'goes on in a new tab', takes: () => this.opensTab() },
      { weight: 1.3, says: 'switches JavaScript', takes: () => this.switchesScript() },
    );
    if (this.connections.size > 0) steps.push({ weight: 2, ...this.opensKept() });
    if (this.person.context.pages().length > 1) {
      steps.push({ weight: 1.5, says: 'goes on in another tab', takes: () => this.changesTab() });
    }
    return steps;
  }

  /** A bookmark, or a link in a mail: any page of a connection, also of one that was removed meanwhile. */
  private opensKept(): Omit<Step, 'weight'> {
    const kept = [
      '', '/remove', '/remove', '/setup', '/setup?step=finish', '/setup?step=delegated-user', '/sheet',
      '?from=soon', '?to=2020-01-01&from=2030-01-01&text=rent', '?account=unknown&cursor=broken',
    ];
    const path = `/connections/${this.dice.pick([...this.connections])}${this.dice.pick(kept)}`;
    return { says: `opens ${path}`, takes: async () => void (await this.page.goto(`${this.place.url}${path}`)) };
  }

  private follows(link: Thing): Omit<Step, 'weight'> {
    return { says: `follows “${link.name}”`, takes: () => this.asks(() => this.at(link).click()) };
  }

  private types(field: Thing, sight: Sight): Omit<Step, 'weight'> {
    const text = this.textFor(field, sight);
    return { says: `types ${brief(text)} into ${field.name}`, takes: () => this.at(field).fill(text) };
  }

  /** Whether the step could be made: a page that moves on by itself takes away what was about to be clicked. */
  private async does(step: Step, before: Sight): Promise<boolean> {
    try {
      await step.takes();
      return true;
    } catch (error) {
      const after = await this.settled();
      const moved = after.url !== before.url || JSON.stringify(after.things) !== JSON.stringify(before.things);
      // Where there was a field, something else may stand by now.
      const isGone = error instanceof errors.TimeoutError || /is not an? |not a checkbox/i.test(String(error));
      if (!isGone || !moved) throw error;
      this.log.push('   … but the page had moved on');
      return false;
    }
  }

  private get page(): Page {
    return this.person.page;
  }

  private at(thing: Thing): Locator {
    return this.page.locator(THINGS).nth(thing.index);
  }

  private textFor(field: Thing, sight: Sight): string {
    const own = `https://portal-${this.customer()}.example`;
    const plausible: Record<string, string[]> = {
      query: this.banks,
      portal_url: [`${own}/login`, `${own}/login`, `${own}/Sign-In?region=EU`],
      confirmation: [sight.nameAsked, ` ${sight.nameAsked.toUpperCase()} `],
    };
    const likely = plausible[field.name] ?? ['wc-acme', 'Our House Bank'];
    return this.dice.roll() < 0.8 ? this.dice.pick(likely) : this.dice.pick([...TEXTS, ...NO_PORTALS]);
  }

  /** What names the customer and its portals, and nothing else in the world. */
  private customer(): string {
    return this.org.replace('org-', '');
  }

  /** A link or a form that nothing follows is a dead one. */
  private async asks(action: () => Promise<void>): Promise<void> {
    const page = this.page;
    const wanted = (request: Request) => !BY_ITSELF.test(new URL(request.url()).pathname);
    await Promise.all([page.waitForRequest(wanted, { timeout: PATIENCE_MILLIS }), action()]);
  }

  private async submits(sight: Sight, action: () => Promise<void>): Promise<void> {
    if (sight.nameAsked) await this.givesName(sight);
    await this.asks(action);
  }

  /** Notes whether the name that "Remove permanently" asks for stands in its field. */
  private async givesName(sight: Sight): Promise<void> {
    const id = this.person.connectionId();
    const deleted = (await this.simulator.receivedFor(id)).some(({ method }) => method === 'DELETE');
    expect(deleted && !this.given.has(id), `${id} was removed before its name was typed`).toBe(false);
    const typed = await this.page.locator('input[name=confirmation]').inputValue();
    if (same(typed, sight.nameAsked)) this.given.add(id);
  }

  private async travels(way: 'goBack' | 'goForward'): Promise<void> {
    try {
      await this.page[way]();
    } catch (error) {
      // The browser asks before it sends a form again, and a reload is the yes.
      if (!String(error).includes('ERR_CACHE_MISS')) throw error;
      this.log.push('   … and sends the form again');
      await this.page.reload();
    }
    // The first entry of a tab is the empty page that the browser opened it with.
    if (this.page.url() === 'about:blank') await this.page.goForward();
    // Where the page is the same document, it has begun to fetch the other one by the frame after the next.
    if (this.person.hasJavaScript) await this.page.evaluate(twoFrames);
  }

  private async opensTab(): Promise<void> {
    const url = this.page.url();
    const { context } = this.person;
    const [oldest] = context.pages();
    if (context.pages().length >= TABS) await oldest?.close();
    this.person = this.in(await context.newPage(), this.person.hasJavaScript);
    await this.page.goto(url);
  }

  private async changesTab(): Promise<void> {
    const tab = this.dice.pick(this.person.context.pages());
    this.person = this.in(tab, this.person.hasJavaScript);
    await tab.bringToFront();
  }

  private async switchesScript(): Promise<void> {
    const { context, hasJavaScript } = this.person;
    const url = this.page.url();
    const kept = await context.storageState();
    await context.close();
    await this.enter(!hasJavaScript, kept);
    await this.page.goto(url);
  }

  // The browser.

  private async enter(
    javaScriptEnabled: boolean,
    storageState?: Awaited<ReturnType<BrowserContext['storageState']>>,
  ): Promise<void> {
    const context = await this.browser.newContext({
      javaScriptEnabled,
      locale: this.locale,
      ...(storageState ? { storageState } : {}),
    });
    this.log.push(`   (JavaScript is ${javaScriptEnabled ? 'on' : 'off'})`);
    this.asked.clear();
    context.on('console', (message) => {
      if (message.type() === 'error' && !isExpected(message, this.role)) {
        this.trouble.push(`console: ${message.text()} (${message.location().url})`);
      }
    });
    context.on('weberror', (error) => void this.trouble.push(`page error: ${error.error().message}`));
    context.on('page', (page) => this.listens(page));
    this.person = this.in(await context.newPage(), javaScriptEnabled);
  }

  private in(page: Page, hasJavaScript: boolean): Person {
    return new Person(page, page.context(), { user: 'pat', org: this.org, role: this.role }, this.place.url, hasJavaScript);
  }

  private listens(page: Page): void {
    const open = new Set<Request>();
    this.asked.set(page, open);
    page.on('request', (request) => {
      const { pathname } = new URL(request.url());
      // A page that listens is never done with that.
      if (pathname.endsWith('/events')) return;
      open.add(request);
      if (pathname.endsWith('/api/start_connection')) this.handedIn = true;
    });
    page.on('requestfinished', (request) => open.delete(request));
    page.on('requestfailed', (request) => open.delete(request));
    page.on('response', (response) => {
      if (response.status() >= 500) this.trouble.push(`${response.status()} from ${response.url()}`);
    });
  }

  // The looks.

  /** Waits until nothing moves, and gives what stands there then. */
  private async settled(): Promise<Sight> {
    let sight: Sight | undefined;
    await expect(async () => {
      expect([...(this.asked.get(this.page) ?? [])].map((request) => request.url())).toEqual([]);
      const seen = await see(this.page, this.person.hasJavaScript);
      expect(seen, 'the page is ready').not.toBeNull();
      sight = seen ?? undefined;
    }).toPass({ timeout: PATIENCE_MILLIS, intervals: [10, 25, 50, 100] });
    if (!sight) throw new Error('the page never settled');
    return sight;
  }

  /** What must hold on every page. */
  private async looks(): Promise<Sight> {
    const sight = await this.settled();
    const path = sight.url.replace(this.place.url, '');
    this.log.push(`   → ${path.slice(0, 100)} “${sight.heading}”`);
    expect(this.trouble, 'what the browser complained about').toEqual([]);
    expect(sight.headings, `the headings of ${path}`).toBe(1);
    expect(sight.heading, `the heading of ${path}`).not.toBe('');
    expect(sight.nextSteps, `links and buttons of ${path}`).toBeGreaterThan(0);
    expect(sight.text, path).not.toMatch(INSIDES);
    if (this.locale.startsWith('es')) expect(englishIn(sight.text), `English on ${path}`).toEqual([]);
    for (const id of sight.connections) this.connections.add(id);
    await this.seesNothingSentTooEarly(sight);
    return sight;
  }

  /** Before step 1 is handed in, and while it is refused, Waycore hears nothing of the customer but searches. */
  private async seesNothingSentTooEarly(sight: Sight): Promise<void> {
    if (this.handedIn && !sight.refused) this.mayHaveCreated = true;
    this.handedIn = false;
    if (this.mayHaveCreated) return;
    const received = await this.simulator.receivedNaming(this.customer());
    const beside = received.filter(({ method, path }) => method !== 'GET' || !path.startsWith('/v1/institutions'));
    expect(beside, 'requests to Waycore before the create').toEqual([]);
  }
}

/**
 * Chromium reports every answer of 400 and more as an error, also those that a page is there for: an address that is
 * no page any more, a form that was refused, a connection that changed meanwhile, an update that comes too soon; and to
 * whoever may only look, the way to a form.
 */
function isExpected(message: ConsoleMessage, role: 'viewer' | 'manager'): boolean {
  const [, status] = /^Failed to load resource: the server responded with a status of (\d+) /.exec(message.text()) ?? [];
  const expected = ['404', '409', '422', '429', ...(role === 'viewer' ? ['403'] : [])];
  return status !== undefined && expected.includes(status);
}

function isCreation({ method, path, status }: Received): boolean {
  return method === 'POST' && path === '/v1/connections' && status !== null && status < 300;
}

function choiceOf({ body }: Received): string {
  return JSON.stringify([body?.institutionId ?? null, body?.portalUrl ?? null]);
}

function same(typed: string, wanted: string): boolean {
  return typed.trim().toLowerCase() === wanted.trim().toLowerCase();
}

function brief(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}… (${text.length})` : text);
}

function twoFrames(): Promise<void> {
  return new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve())));
}
