// Runs Lighthouse's mobile profile on the pages of the production server and prints a row of a table for each page.
// Usage: node lighthouse.mjs PROGRAM LIGHTHOUSE [RUNS]; CONNECT_CHROMIUM names the browser, else it is Playwright's.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { endProduction, folder, startProduction } from './production.mjs';

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
  const { url, cookie, detail } = await startProduction(program);
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
  await endProduction();
}
