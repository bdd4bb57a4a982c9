// What every test starts with: a customer of its own, a person of that customer in a browser, the simulator.
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { test as base, expect, type Browser } from '@playwright/test';
import { startDemo, type Demo, type Place } from './demo';
import { ownFolder } from './folder';
import { Person, type Identity } from './person';
import { Simulator } from './simulator';

export { expect };

interface OwnDemo {
  basePath?: string;
  env?: Record<string, string>;
}

interface Fixtures {
  /** The demo that all tests share. */
  place: Place;
  simulator: Simulator;
  /** A customer that nobody else is. */
  org: string;
  /** A signed-in manager of that customer. */
  person: Person;
  /** Somebody else in a browser of their own, signed in. */
  meet(identity: Partial<Identity>): Promise<Person>;
  /** A demo for this test alone, with its simulator and somebody signed in. */
  startAlone(options?: OwnDemo): Promise<{ person: Person; simulator: Simulator }>;
  /** A demo for this test alone; ended with the test. */
  startOwnDemo(options?: OwnDemo): Promise<Demo>;
}

export const test = base.extend<Fixtures>({
  place: async ({}, use) => {
    await use(JSON.parse(process.env.CONNECT_DEMO ?? '{}') as Place);
  },
  simulator: async ({ playwright, place }, use) => {
    const request = await playwright.request.newContext();
    await use(new Simulator(request, place.simulator));
    await request.dispose();
  },
  org: async ({}, use) => {
    await use(`org-${randomUUID()}`);
  },
  person: async ({ page, context, place, org, javaScriptEnabled }, use) => {
    const person = new Person(page, context, { user: 'pat', org }, place.url, javaScriptEnabled ?? true);
    await person.signIn();
    await use(person);
  },
  meet: async ({ browser, place, org, javaScriptEnabled }, use) => {
    const contexts: Awaited<ReturnType<Browser['newContext']>>[] = [];
    await use(async (identity) => {
      const context = await browser.newContext({ javaScriptEnabled: javaScriptEnabled ?? true });
      contexts.push(context);
      const page = await context.newPage();
      const who = { user: 'sam', org, ...identity };
      const person = new Person(page, context, who, place.url, javaScriptEnabled ?? true);
      await person.signIn();
      return person;
    });
    await Promise.all(contexts.map((context) => context.close()));
  },
  startAlone: async ({ startOwnDemo, playwright, page, context, org, javaScriptEnabled }, use) => {
    const request = await playwright.request.newContext();
    await use(async (options) => {
      const demo = await startOwnDemo(options);
      const person = new Person(page, context, { user: 'pat', org }, demo.place.url, javaScriptEnabled ?? true);
      await person.signIn();
      return { person, simulator: new Simulator(request, demo.place.simulator) };
    });
    await request.dispose();
  },
  startOwnDemo: async ({}, use) => {
    const demos: Demo[] = [];
    const folders: string[] = [];
    await use(async (options = {}) => {
      const folder = await ownFolder('own');
      folders.push(folder);
      const demo = await startDemo({ ...options, folder });
      demos.push(demo);
      return demo;
    });
    await Promise.all(demos.map((demo) => demo.stop()));
    await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
  },
});

/** An address that no other test uses, at a bank that the catalog does not know. */
export function ownPortal(path = '/login'): string {
  return `https://portal-${randomUUID()}.example${path}`;
}
