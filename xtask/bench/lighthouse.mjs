// Runs Lighthouse's mobile profile on the pages of the production server and prints a row of a table for each page.
// Usage: node lighthouse.mjs PROGRAM LIGHTHOUSE [RUNS]; CONNECT_CHROMIUM names the browser, else it is Playwright's.
import { spawn, spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

const [program, lighthouse, runs = '9'] = process.argv.slice(2);
const browser = process.env.CONNECT_CHROMIUM ?? (await import('@playwright/test')).chromium.executablePath();

const CATEGORIES = {
  // The phone is simulated on a machine that does other things too, so one slow run says nothing.
  performance: { promised: 98, of: median },
  accessibility: { promised: 100, of: lowest },
  'best-practices': { promised: 100, of: lowest },
};

// What Lighthouse does not set by itself. The last one lets the browser find nobody but this machine.
const FLAGS =
  '--headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage --host-resolver-rules="MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"';

/** What a host and the server share: the one signs with it who its people are, the other checks it. */
const TOKEN_KEY = 'shared between the host and the server';

const folder = mkdtempSync(path.join(tmpdir(), 'connect-bench-'));
const children = [];

function start(args, env, stdout) {
  const child = spawn(program, args, { env, stdio: ['ignore', stdout, 'inherit'] });
  children.push({ child, ended: once(child, 'exit') });
  return child;
}

/** A Waycore for the server, with an organization and its key. */
async function startSimulator() {
  const child = start(['sim', '--port', '0', '--state', path.join(folder, 'simulator.json')], process.env, 'pipe');
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  const [, url] = /^Waycore simulator: (http:\S+?)\/?$/.exec(line.trim()) ?? [];
  if (!url) throw new Error(`the simulator printed ${line}`);
  const answer = await control(url, 'organizations', {});
  return { simulator: url, key: (await answer.json()).apiKey };
}

async function control(simulator, what, body) {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${simulator}/_sim/${what}`, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`the simulator answered ${answer.status}`);
  return answer;
}

/** The server as a host runs it. */
async function startServer(simulator, key) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const settings = {
    CONNECT_ADDR: `127.0.0.1:${port}`,
    CONNECT_PUBLIC_URL: url,
    CONNECT_SECRET_KEY: 'a secret of the server that is long enough',
    CONNECT_DATABASE_URL: `sqlite://${folder}/connect.db`,
    CONNECT_JWT_KEY: TOKEN_KEY,
    CONNECT_JWT_ISSUER: 'host',
    CONNECT_JWT_AUDIENCE: 'connect',
    CONNECT_JWT_COOKIE: 'session',
    WAYCORE_API_KEY: key,
    WAYCORE_BASE_URL: `${simulator}/v1`,
    RUST_LOG: 'warn',
  };
  const child = start(['serve'], settings, 'ignore');
  while (child.exitCode === null) {
    const ready = await fetch(`${url}/readyz`).catch(() => undefined);
    if (ready?.ok) return url;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the server ended without having been ready');
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** The cookie of somebody whom the host has signed in. */
function signedIn() {
  const part = (json) => Buffer.from(JSON.stringify(json)).toString('base64url');
  const exp = Math.floor(Date.now() / 1000) + 3_600;
  const claims = { iss: 'host', aud: 'connect', exp, sub: 'ana', name: 'Ana', org: 'acme', roles: ['manager'] };
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
  return `session=${signed}.${createHmac('sha256', TOKEN_KEY).update(signed).digest('base64url')}`;
}

/** Sends a form as a browser without JavaScript does, and gives the headers of the redirection that follows. */
async function submit(url, fields, headers = {}) {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { accept: 'text/html', ...headers },
    body: new URLSearchParams(fields),
    redirect: 'manual',
  });
  if (answer.status !== 303) throw new Error(`${url} answered ${answer.status}`);
  return answer.headers;
}

/** Connects a bank and gives the path of its page. */
async function connect(url, simulator, cookie) {
  const next = (await submit(`${url}/api/start_connection`, { institution_id: 'sim-instant' }, { cookie })).get('location');
  const [, id] = /\/connections\/([^/]+)\/setup/.exec(next) ?? [];
  if (!id) throw new Error(`starting a connection led to ${next}`);
  await control(simulator, `connections/${id}`, { kind: 'ready', status: 'active', syncStatus: 'idle' });
  const page = await fetch(`${url}/connections/${id}`, { headers: { cookie }, redirect: 'manual' });
  if (!(await page.text()).includes('Connected')) throw new Error('the bank is not connected');
  return `/connections/${id}`;
}

/** One run, in a browser of its own. */
function measure(url, cookie) {
  const file = path.join(folder, 'report.json');
  const run = spawnSync(
    lighthouse,
    [
      url,
      '--no-enable-error-reporting',
      `--only-categories=${Object.keys(CATEGORIES)}`,
      `--extra-headers=${JSON.stringify({ cookie })}`,
      `--chrome-flags=${FLAGS}`,
      '--output=json',
      `--output-path=${file}`,
    ],
    { env: { ...process.env, CHROME_PATH: browser }, encoding: 'utf8' },
  );
  if (run.status !== 0) throw new Error(`Lighthouse failed on ${url}: ${run.error ?? run.stderr}`);
  const report = JSON.parse(readFileSync(file, 'utf8'));
  // Signed out, or not connected, a page that nobody asked about would be measured.
  if (report.finalDisplayedUrl !== url) throw new Error(`${url} led to ${report.finalDisplayedUrl}`);
  return report;
}

function score(report, category) {
  return Math.round(report.categories[category].score * 100);
}

function ascending(scores) {
  return scores.toSorted((a, b) => a - b);
}

function median(scores) {
  return ascending(scores)[Math.floor(scores.length / 2)];
}

function lowest(scores) {
  return ascending(scores)[0];
}

/** What cost points, in the run that had the fewest. */
function failing(reports, category) {
  const worst = reports.find((report) => score(report, category) === lowest(reports.map((one) => score(one, category))));
  return worst.categories[category].auditRefs
    .map(({ id }) => worst.audits[id])
    .filter((audit) => audit.score !== null && audit.score < 1)
    .map(({ id, score, displayValue }) => `  ${id}: ${score}${displayValue ? ` (${displayValue})` : ''}`);
}

try {
  const { simulator, key } = await startSimulator();
  const url = await startServer(simulator, key);
  const cookie = signedIn();
  const detail = await connect(url, simulator, cookie);
  const pages = [
    ['list, `/`', '/'],
    ['first step, `/new`', '/new'],
    ['detail, `/connections/{id}`', detail],
  ];
  const promised = Object.values(CATEGORIES).map((category) => category.promised);
  for (const [what, place] of pages) {
    const reports = Array.from({ length: Number(runs) }, () => measure(url + place, cookie));
    const cells = Object.entries(CATEGORIES).map(([name, category]) => {
      const scores = reports.map((report) => score(report, name));
      const counts = category.of(scores);
      if (counts < category.promised) {
        console.error([`${what}: ${name} is ${counts}, and ${category.promised} is promised`, ...failing(reports, name)].join('\n'));
        process.exitCode = 1;
      }
      return category.of === median ? `${counts} (${lowest(scores)} to ${ascending(scores).at(-1)})` : `${counts}`;
    });
    console.log(`| ${what} | ${cells.join(' | ')} | ${promised.join(', ')} |`);
  }
} finally {
  for (const { child, ended } of children.reverse()) {
    child.kill('SIGTERM');
    await ended;
  }
  rmSync(folder, { recursive: true, force: true });
}
