// What an embedding team runs: the production server or a product of its own, nginx in front, the simulator behind.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test as base, expect } from '@playwright/test';
import { OwnSimulator } from '../simulator/own';

export { expect };

const RELEASE = path.resolve(__dirname, '../../target/release');
const SERVER = process.env.CONNECT_BINARY ?? path.join(RELEASE, 'waycore-connect');
const HOST = process.env.CONNECT_HOST_EXAMPLE ?? path.join(RELEASE, 'examples/host');
const NGINX = process.env.CONNECT_NGINX ?? '/usr/sbin/nginx';

const TOKEN_KEY = 'shared between the host and the server';

export class Deployment {
  private readonly children: ChildProcess[] = [];

  private constructor(
    readonly folder: string,
    readonly simulator: OwnSimulator,
    private readonly key: string,
  ) {}

  static async prepare(): Promise<Deployment> {
    const folder = await mkdtemp(path.join(tmpdir(), 'connect-mounted-'));
    const simulator = await OwnSimulator.start('--state', path.join(folder, 'simulator.json'));
    const organization = await simulator.organization();
    return new Deployment(folder, simulator, organization.key);
  }

  /** Starts the production server; browsers find it at `publicUrl`. */
  async serve(port: number, publicUrl: string, settings: Record<string, string> = {}): Promise<void> {
    await this.start(SERVER, ['serve'], port, {
      ...this.settings(port, publicUrl),
      CONNECT_JWT_KEY: TOKEN_KEY,
      CONNECT_JWT_ISSUER: 'host',
      CONNECT_JWT_AUDIENCE: 'connect',
      CONNECT_JWT_COOKIE: 'session',
      ...settings,
    });
  }

  /** Starts the small product of `server/examples/host.rs`. */
  async host(port: number): Promise<void> {
    await this.start(HOST, [], port, this.settings(port, `http://127.0.0.1:${port}/banking/connections`));
  }

  /** Starts nginx with one location. */
  async nginx(port: number, location: string): Promise<void> {
    const conf = path.join(this.folder, 'nginx.conf');
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
    const paths = temporary.map((name) => `${name}_temp_path ${this.folder}/${name};`).join('\n  ');
    const user = process.getuid?.() === 0 ? 'user root;' : '';
    await writeFile(
      conf,
      `${user}
daemon off;
pid ${this.folder}/nginx.pid;
error_log stderr;
events {}
http {
  access_log off;
  ${paths}
  server {
    listen 127.0.0.1:${port};
    ${location}
  }
}
`,
    );
    const checked = spawnSync(NGINX, ['-t', '-p', this.folder, '-c', conf]);
    expect(checked.status, String(checked.stderr)).toBe(0);
    await this.start(NGINX, ['-p', this.folder, '-c', conf], port, {});
  }

  async end(): Promise<void> {
    for (const child of this.children.reverse()) {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    }
    await this.simulator.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  private settings(port: number, publicUrl: string): Record<string, string> {
    return {
      CONNECT_ADDR: `127.0.0.1:${port}`,
      CONNECT_PUBLIC_URL: publicUrl,
      CONNECT_SECRET_KEY: 'a secret of the server that is long enough',
      CONNECT_DATABASE_URL: `sqlite://${this.folder}/connect.db`,
      WAYCORE_API_KEY: this.key,
      WAYCORE_BASE_URL: `${this.simulator.url}/v1`,
    };
  }

  private async start(program: string, args: string[], port: number, env: Record<string, string>): Promise<void> {
    const child = spawn(program, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
    this.children.push(child);
    let printed = '';
    child.stderr!.on('data', (text: Buffer) => (printed += text));
    let ended = false;
    child.once('exit', () => (ended = true));
    await expect(async () => {
      if (ended) throw new Error(`${program} ended: ${printed}`);
      await fetch(`http://127.0.0.1:${port}/`, { redirect: 'manual' });
    }, `${program} listens`).toPass({ timeout: 20_000 });
  }
}

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}

/** What a host signs for one of its people. */
export function token(claims: Record<string, unknown>): string {
  const part = (json: unknown) => Buffer.from(JSON.stringify(json)).toString('base64url');
  const exp = Math.floor(Date.now() / 1000) + 600;
  const all = { iss: 'host', aud: 'connect', exp, roles: ['manager'], ...claims };
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(all)}`;
  return `${signed}.${createHmac('sha256', TOKEN_KEY).update(signed).digest('base64url')}`;
}

export const test = base.extend<{ deployment: Deployment; problems: string[] }>({
  deployment: async ({}, use) => {
    const deployment = await Deployment.prepare();
    await use(deployment);
    await deployment.end();
  },
  /** Whatever the browser complains about, a content security policy first of all. There has to be nothing. */
  problems: async ({ page }, use) => {
    const problems: string[] = [];
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) problems.push(message.text());
    });
    page.on('pageerror', (error) => problems.push(String(error)));
    await use(problems);
    expect(problems).toEqual([]);
  },
});
