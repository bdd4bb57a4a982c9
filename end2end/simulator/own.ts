// A simulator of a test's own, and requests as any language would make them.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect } from '@playwright/test';
import { SERVER } from '../support/production';


export type Json = any;

export interface Answer {
  status: number;
  headers: Headers;
  body: Json;
}

export class OwnSimulator {
  private constructor(
    readonly url: string,
    private readonly child: ChildProcess,
  ) {}

  static async start(...args: string[]): Promise<OwnSimulator> {
    const child = spawn(SERVER, ['sim', '--port', '0', '--speed', '0', ...args], { stdio: ['ignore', 'pipe', 'ignore'] });
    const lines = createInterface({ input: child.stdout! });
    const [line] = (await once(lines, 'line')) as [string];
    const url = /^Waycore simulator: (http:\S+?)\/$/.exec(line)?.[1];
    if (!url) throw new Error(`it printed ${line}`);
    return new OwnSimulator(url, child);
  }

  /** Asks it to end, and waits until it has. */
  async stop(): Promise<void> {
    if (this.child.exitCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    expect((await ended)[0], 'it ends cleanly').toBe(0);
  }

  async request(method: string, address: string, options: { key?: string; body?: unknown } = {}): Promise<Answer> {
    const headers: Record<string, string> = {};
    if (options.key) headers.Authorization = `Bearer ${options.key}`;
    if (options.body !== undefined) headers['Content-Type'] = 'application/json';
    const body = options.body === undefined ? null : JSON.stringify(options.body);
    const answer = await fetch(this.url + address, { method, headers, body, redirect: 'manual' });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: text ? JSON.parse(text) : null };
  }

  async organization(options: unknown = {}): Promise<Organization> {
    const made = await this.request('POST', '/_sim/organizations', { body: options });
    expect(made.status).toBe(201);
    return new Organization(this, made.body);
  }
}

export class Organization {
  readonly id: string;
  readonly key: string;
  readonly secret: string;

  constructor(
    readonly simulator: OwnSimulator,
    keys: Json,
  ) {
    this.id = keys.organizationId;
    this.key = keys.apiKey;
    this.secret = keys.webhookSecret;
  }

  call(method: string, address: string, body?: unknown): Promise<Answer> {
    return this.simulator.request(method, address, { key: this.key, body });
  }

  control(what: string, body: object): Promise<Answer> {
    return this.simulator.request('POST', `/_sim/${what}`, { body: { organizationId: this.id, ...body } });
  }

  async advance(seconds: number): Promise<void> {
    expect((await this.control('clock', { advanceSeconds: seconds })).status).toBe(200);
  }

  async entity(externalEntityId = 'acme'): Promise<string> {
    const made = await this.call('POST', '/v1/entities', { externalEntityId });
    expect(made.status).toBe(201);
    return made.body.entityId;
  }

  async connection(entityId: string, institutionId: string): Promise<string> {
    const made = await this.call('POST', '/v1/connections', { entityId, institutionId });
    expect(made.status).toBe(201);
    return made.body.id;
  }

  /** Every item of a list, in pages of this size. */
  async all(address: string, limit: number): Promise<Json[]> {
    const items: Json[] = [];
    const seen = new Set<string>();
    let cursor = '';
    for (;;) {
      const glue = address.includes('?') ? '&' : '?';
      const { status, body } = await this.call('GET', `${address}${glue}limit=${limit}${cursor}`);
      expect(status).toBe(200);
      expect(body.data.length).toBeLessThanOrEqual(limit);
      expect(typeof body.meta.requestId).toBe('string');
      items.push(...body.data);
      if (!body.pagination.hasMore) return items;
      expect(seen.has(body.pagination.nextCursor), 'a cursor leads on').toBe(false);
      seen.add(body.pagination.nextCursor);
      cursor = `&cursor=${encodeURIComponent(body.pagination.nextCursor)}`;
    }
  }
}
