// The production server before a simulated Waycore, with a customer who has connected a bank: what is measured in browsers.
import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

/** What a host and the server share: the one signs with it who its people are, the other checks it. */
const TOKEN_KEY = 'shared between the host and the server';

/** For what is of no use afterwards. */
export const folder = mkdtempSync(path.join(tmpdir(), 'connect-bench-'));
const children = [];

function start(program, args, env, stdout) {
  const child = spawn(program, args, { env, stdio: ['ignore', stdout, 'inherit'] });
  children.push({ child, ended: once(child, 'exit') });
  return child;
}

/** A Waycore for the server, with an organization and its key. */
async function startSimulator(program) {
  const child = start(program, ['sim', '--port', '0', '--state', path.join(folder, 'simulator.json')], process.env, 'pipe');
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
async function startServer(program, simulator, key) {
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
  const child = start(program, ['serve'], settings, 'ignore');
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

/** Starts all of it. Gives the server's address, the cookie of somebody who is signed in, and the path of their connection. */
export async function startProduction(program) {
  const { simulator, key } = await startSimulator(program);
  const url = await startServer(program, simulator, key);
  const cookie = signedIn();
  return { url, cookie, detail: await connect(url, simulator, cookie) };
}

/** Ends what was started, and removes what it left. */
export async function endProduction() {
  for (const { child, ended } of children.reverse()) {
    child.kill('SIGTERM');
    await ended;
  }
  rmSync(folder, { recursive: true, force: true });
}
