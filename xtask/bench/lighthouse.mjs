// Runs Lighthouse's mobile profile on the demo's pages and prints a row of a table for each page.
// Usage: node lighthouse.mjs PROGRAM LIGHTHOUSE [RUNS]; CONNECT_CHROMIUM names the browser, else it is Playwright's.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
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

// What Lighthouse does not set by itself. The last one lets the browser find nobody but the demo.
const FLAGS =
  '--headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage --host-resolver-rules="MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"';

const folder = mkdtempSync(path.join(tmpdir(), 'connect-bench-'));
const demo = spawn(program, ['demo', '--port', '0', '--sim-port', '0', '--data', path.join(folder, 'data')], {
  stdio: ['ignore', 'pipe', 'ignore'],
});
const ended = once(demo, 'exit');

async function addresses() {
  const found = {};
  for await (const line of createInterface({ input: demo.stdout })) {
    const [, what, address] = /^Waycore (Connect demo|simulator): (http:\S+?)\/?$/.exec(line.trim()) ?? [];
    if (what === 'Connect demo') found.url = address;
    if (what === 'simulator') found.simulator = address;
    if (found.url && found.simulator) return found;
  }
  throw new Error('the demo ended without having printed its addresses');
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

async function signIn(url) {
  const headers = await submit(`${url}/demo/sign-in`, { user: 'ana' });
  return headers.getSetCookie().map((cookie) => cookie.split(';')[0]).join('; ');
}

/** Connects a bank and gives the path of its page. */
async function connect(url, simulator, cookie) {
  const next = (await submit(`${url}/api/start_connection`, { institution_id: 'sim-instant' }, { cookie })).get('location');
  const [, id] = /\/connections\/([^/]+)\/setup/.exec(next) ?? [];
  if (!id) throw new Error(`starting a connection led to ${next}`);
  const answer = await fetch(`${simulator}/_sim/connections/${id}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ kind: 'ready', status: 'active', syncStatus: 'idle' }),
  });
  if (!answer.ok) throw new Error(`the simulator answered ${answer.status}`);
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
  const { url, simulator } = await addresses();
  const cookie = await signIn(url);
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
  demo.kill('SIGTERM');
  await ended;
  rmSync(folder, { recursive: true, force: true });
}
