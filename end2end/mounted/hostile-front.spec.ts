// The whole flow through a front that misbehaves: it ends in Connected, live or by polling, and the page shows what Waycore
// issued. What each header, path and cookie means to the server alone is in server/tests/it.
import { HostileFront, type Switches } from '../support/hostile-front';
import { INSTANT_BANK, Person } from '../support/person';
import { type Deployment, expect, freePort, test, token } from './deployment';

const PREFIX = '/apps/banks';
const WHO = { user: 'ana', org: 'acme' };

interface Misbehaviour {
  name: string;
  /** What the front does that stands between the browser and the server. */
  switches: Switches;
  /** What another front does, between the server and Waycore. */
  upstream?: Switches;
  /** Settings that the documentation names for such a front. */
  settings?: Record<string, string>;
  /** How late the page may notice a change. */
  withinMillis?: number;
  /** It has no effect without JavaScript. */
  onlyWithScript?: boolean;
}

/** Each one alone. */
const EACH: Misbehaviour[] = [
  { name: 'holds streams', switches: { holdStreams: true }, onlyWithScript: true },
  { name: 'compresses streams', switches: { compressStreams: true }, onlyWithScript: true },
  { name: 'cuts streams after two seconds', switches: { cutStreamsAfterMillis: 2_000 }, onlyWithScript: true },
  { name: 'cuts streams after twelve seconds', switches: { cutStreamsAfterMillis: 12_000 }, onlyWithScript: true },
  {
    name: 'lets streams fall silent',
    switches: { silenceStreamsAfterMillis: 500 },
    withinMillis: 31_000,
    onlyWithScript: true,
  },
  { name: 'hides e-mail addresses', switches: { rewriteEmails: true } },
  { name: 'adds a policy', switches: { secondPolicy: "default-src 'self'; frame-ancestors 'self'" } },
  { name: 'adds a slash', switches: { lastSlash: 'add' } },
  { name: 'removes the slash', switches: { lastSlash: 'remove' } },
  { name: 'strips the prefix', switches: { stripPrefix: PREFIX }, settings: { CONNECT_BASE_PATH: '/' } },
  { name: 'sends a password of its own', switches: { authorization: 'Basic c3RhZ2luZzpwYXNzd29yZA==' } },
  { name: 'breaks off reused connections', switches: { breakReused: 3 } },
  { name: 'breaks off reused connections to Waycore', switches: {}, upstream: { breakReused: 3 } },
  { name: 'splits cookies', switches: { cookies: 'split' } },
  { name: 'adds large and unreadable cookies', switches: { cookies: 'enlarge' } },
  { name: "compresses Waycore's JSON", switches: {}, upstream: { json: 'gzip' } },
  { name: "puts a byte order mark before Waycore's JSON", switches: {}, upstream: { json: 'byte-order-mark' } },
  { name: 'answers the first POST with 502', switches: { failFirstPosts: true } },
];

/** Together they cover every switch that changes requests and pages; streams differ in the browser's own tests. */
const SAMPLE: Misbehaviour[] = [
  {
    name: 'holds streams, hides e-mail addresses, adds a password and odd cookies, removes the slash and breaks off',
    switches: {
      holdStreams: true,
      rewriteEmails: true,
      authorization: 'Basic c3RhZ2luZzpw',
      cookies: 'enlarge',
      lastSlash: 'remove',
      breakReused: 3,
    },
    upstream: { json: 'gzip', breakReused: 3 },
  },
  {
    name: 'strips the prefix, adds a slash and answers the first POST with 502',
    switches: { stripPrefix: PREFIX, lastSlash: 'add', failFirstPosts: true, cookies: 'split' },
    upstream: { json: 'byte-order-mark' },
    settings: { CONNECT_BASE_PATH: '/' },
  },
  { name: 'adds a policy', switches: { secondPolicy: "default-src 'self'; frame-ancestors 'self'" }, onlyWithScript: true },
];

const MISBEHAVIOURS = process.env.CONNECT_SOAK ? EACH : SAMPLE;

for (const misbehaviour of MISBEHAVIOURS) {
  test(`a bank is connected through a front that ${misbehaviour.name}`, async ({ page, context, deployment }) => {
    await connects(new Person(page, context, WHO, '', true), deployment, misbehaviour);
  });
}

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });
  for (const misbehaviour of MISBEHAVIOURS.filter(({ onlyWithScript }) => !onlyWithScript)) {
    test(`a bank is connected through a front that ${misbehaviour.name}`, async ({ page, context, deployment }) => {
      await connects(new Person(page, context, WHO, '', false), deployment, misbehaviour);
    });
  }
});

/** From the empty list to Connected. */
async function connects(someone: Person, deployment: Deployment, misbehaviour: Misbehaviour): Promise<void> {
  const { switches, upstream = {}, settings = {}, withinMillis = 6_000 } = misbehaviour;
  const [port, frontPort, upstreamPort] = [await freePort(), await freePort(), await freePort()];
  const base = `http://127.0.0.1:${frontPort}${PREFIX}`;
  const fronts = [
    await HostileFront.start(frontPort, `http://127.0.0.1:${port}`, switches),
    await HostileFront.start(upstreamPort, deployment.simulator.url, upstream),
  ];
  try {
    await deployment.serve(port, base, { WAYCORE_BASE_URL: `http://127.0.0.1:${upstreamPort}/v1`, ...settings });
    const { page, context, hasJavaScript } = someone;
    await context.addCookies([{ name: 'session', value: token({ sub: WHO.user, org: WHO.org }), url: base }]);
    // A policy that forbids wasm leaves the page of somebody without JavaScript.
    const person = new Person(page, context, WHO, base, hasJavaScript && !switches.secondPolicy);
    await person.startsConnecting();
    await person.chooses(INSTANT_BANK);
    await submits(person, 'Continue', 'Create the delegated user', switches);
    const issued = await deployment.issued(person.connectionId());
    for (const [term, value] of Object.entries(issued)) await expect(person.detail(term), term).toHaveText(value);
    await submits(person, 'I have created the user', 'Finish setup', switches);
    const confirms = async () => {
      await person.checkbox('The delegated user is active').check();
      await person.checkbox('I accept the Waycore terms of use').check();
    };
    await submits(person, 'Finish setup', 'Activating your connection', switches, confirms);
    await deployment.activate();
    // Only a soak judges seconds: a busy machine says nothing of them. staying.spec.ts holds the page's own in virtual time.
    const timeout = process.env.CONNECT_SOAK ? withinMillis : 60_000;
    await expect(person.heading(INSTANT_BANK.name)).toBeVisible({ timeout });
    await person.opensList();
    await expect(person.listed(INSTANT_BANK.name)).toContainText('Connected');
  } finally {
    await Promise.all(fronts.map((front) => front.end()));
  }
}

/** Fills in a form and presses its button, once more where the front fails the first time. */
async function submits(
  person: Person,
  button: string,
  next: string,
  { failFirstPosts }: Switches,
  fillsIn = async () => {},
): Promise<void> {
  await fillsIn();
  await person.button(button).click();
  if (failFirstPosts && person.hasJavaScript) {
    await expect(person.page.getByRole('status').or(person.page.getByRole('alert')).filter({ hasText: /\S/ }).first()).toBeVisible();
    await person.button(button).click();
  } else if (failFirstPosts) {
    await expect(person.heading('502 Bad Gateway')).toBeVisible();
    await person.page.goBack();
    // Without scripts the browser may have forgotten what was ticked.
    await fillsIn();
    await person.button(button).click();
  }
  await person.sees(next);
}
