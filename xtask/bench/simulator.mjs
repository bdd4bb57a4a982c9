// Loads the simulator alone and prints a row of a table for each measurement.
// Usage: node simulator.mjs PROGRAM WRK SECONDS
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

const [program, wrk, seconds] = process.argv.slice(2);
const folder = mkdtempSync(path.join(tmpdir(), 'connect-bench-'));
const simulator = spawn(program, ['sim', '--port', '0'], { stdio: ['ignore', 'pipe', 'ignore'] });

async function post(url, key, body) {
  const headers = { 'content-type': 'application/json', ...(key ? { authorization: `Bearer ${key}` } : {}) };
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  return answer.json();
}

/** Requests a second, and how long the slowest of a hundred took. */
function load(url, key, paths) {
  const script = path.join(folder, 'load.lua');
  const list = paths.map((one) => JSON.stringify(one)).join(', ');
  writeFileSync(
    script,
    `local paths = { ${list} }
local at = 0
wrk.headers["Authorization"] = "Bearer ${key}"
function request()
  at = at % #paths + 1
  return wrk.format("GET", paths[at])
end
function done(summary, latency)
  local e = summary.errors
  print(string.format("RESULT %d %d %d %d", summary.requests, summary.duration, latency:percentile(99),
    e.connect + e.read + e.write + e.status + e.timeout))
end
`,
  );
  const run = spawnSync(wrk, ['-t1', '-c16', `-d${seconds}s`, '-s', script, url], { encoding: 'utf8' });
  const [, requests, duration, slow, errors] = /RESULT (\d+) (\d+) (\d+) (\d+)/.exec(run.stdout) ?? [];
  if (!requests || Number(errors) > 0) throw new Error(`wrk failed: ${run.stdout}${run.stderr}`);
  return { rate: Math.round((requests / duration) * 1e6), slow: (slow / 1000).toFixed(1) };
}

try {
  const [line] = await once(createInterface({ input: simulator.stdout }), 'line');
  const url = line.split(': ')[1].replace(/\/$/, '');
  const { apiKey: key } = await post(`${url}/_sim/organizations`, null, {});
  const { entityId } = await post(`${url}/v1/entities`, key, { externalEntityId: 'bench' });
  const { data } = await (
    await fetch(`${url}/v1/institutions?limit=500`, { headers: { authorization: `Bearer ${key}` } })
  ).json();
  const connections = [];
  for (const { institutionId } of data.filter((bank) => !bank.institutionId.startsWith('sim-')).slice(0, 200)) {
    connections.push((await post(`${url}/v1/connections`, key, { entityId, institutionId })).id);
  }
  // What a person types: three letters and more of a name, a word of it, the whole, a domain.
  const typed = data.flatMap(({ name, canonicalPortalUrl }) => [
    name.slice(0, 3), name.slice(0, 5), name.slice(0, 8), name.split(' ').at(-1), name, new URL(canonicalPortalUrl).host,
  ]);
  const searches = typed.map((query) => `/v1/institutions?limit=20&query=${encodeURIComponent(query)}`);
  const rows = [
    ['institution searches (3,000 queries, 20 rows)', 5_000, searches],
    ['`GET /v1/connections/{id}` (200 connections)', 10_000, connections.map((id) => `/v1/connections/${id}`)],
  ];
  for (const [what, target, paths] of rows) {
    const { rate, slow } = load(url, key, paths);
    console.log(`| ${what} | ${rate} a second | at least ${target} | ${slow} ms |`);
    if (rate < target) process.exitCode = 1;
  }
} finally {
  simulator.kill('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
}
