// Two servers on one PostgreSQL database, nginx in front of them, and a simulated Waycore that tells them of changes, or
// does not.
import { createHmac, randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { test as base, expect, type BrowserContext } from '@playwright/test';
import { OwnSimulator, type Json, type Organization } from '../simulator/own';
import { ownFolder } from '../support/folder';
import { startNginx } from '../support/nginx';
import { Person } from '../support/person';
import { Postgres } from '../support/postgres';
import { HOST_TOKENS, SERVER, settings, token } from '../support/production';
import { Running, freePort } from '../support/running';

export { expect };

/** Set by `cargo xtask soak`: then seconds are judged, which takes a machine that does nothing else, and all is tried. */
export const SOAK = Boolean(process.env.CONNECT_SOAK);

export const REPLICAS = ['first', 'second'] as const;
export type Replica = (typeof REPLICAS)[number];

/** The bank whose activation takes six hours: nothing happens in a test but what the test does. */
export const SLOW_BANK = { id: 'sim-slow', name: 'Slow Test Bank' };

interface Options {
  /** Whether Waycore tells of changes; else they are found by asking. */
  webhooks: boolean;
  /** What the servers believe deliveries by, where it is not what Waycore signs them with. */
  secret?: string;
}

export class Replicas {
  private readonly running = new Map<Replica, Running>();
  private nginx: Running | undefined;

  private constructor(
    private readonly folder: string,
    private readonly postgres: Postgres,
    private readonly databaseUrl: string,
    readonly waycore: Organization,
    private readonly ports: Record<Replica | 'front', number>,
    private readonly secret: string,
  ) {}

  static async start(postgres: Postgres, simulator: OwnSimulator, { webhooks, secret }: Options): Promise<Replicas> {
    const folder = await ownFolder('replicas');
    const ports = { first: await freePort(), second: await freePort(), front: await freePort() };
    const webhookUrl = `http://127.0.0.1:${ports.front}/webhooks/waycore`;
    const waycore = await simulator.organization(webhooks ? { webhookUrl } : {});
    const database = await postgres.database();
    const replicas = new Replicas(folder, postgres, database, waycore, ports, secret ?? waycore.secret);
    try {
      for (const replica of REPLICAS) await replicas.restart(replica);
      replicas.nginx = await startNginx(folder, ports.front, front(ports));
    } catch (error) {
      await replicas.end();
      throw error;
    }
    return replicas;
  }

  /** What browsers see. */
  get url(): string {
    return `http://127.0.0.1:${this.ports.front}`;
  }

  /** Starts one of the two, for the first time or again. */
  async restart(replica: Replica): Promise<void> {
    const port = this.ports[replica];
    const { url: waycore } = this.waycore.simulator;
    const standing = { port, publicUrl: this.url, databaseUrl: this.databaseUrl, waycore, key: this.waycore.key };
    const env = { ...settings(standing), ...HOST_TOKENS, WAYCORE_WEBHOOK_SECRET: this.secret };
    this.running.set(replica, await Running.start(SERVER, ['serve'], port, env));
  }

  /** One of the two is gone, without a word. */
  async kill(replica: Replica): Promise<void> {
    await this.running.get(replica)!.kill();
  }

  async end(): Promise<void> {
    await this.nginx?.end();
    for (const replica of this.running.values()) await replica.end();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Somebody in a browser whose requests come to one replica, and to the other only while that one is gone. */
  async person(context: BrowserContext, identity: { user: string; org: string }, replica: Replica): Promise<Person> {
    const session = token({ sub: identity.user, org: identity.org });
    await context.addCookies([
      { name: 'session', value: session, url: this.url },
      { name: 'replica', value: replica, url: this.url },
    ]);
    return new Person(await context.newPage(), context, identity, this.url, true);
  }

  /** A server function, as somebody of a customer. */
  async call(org: string, name: string, form: Record<string, string>): Promise<Json> {
    const answer = await fetch(`${this.url}/api/${name}`, {
      method: 'POST',
      headers: { Accept: 'application/json', Authorization: `Bearer ${token({ sub: 'setup', org })}` },
      body: new URLSearchParams(form),
    });
    const text = await answer.text();
    expect(answer.status, `${name}: ${text}`).toBe(200);
    return JSON.parse(text);
  }

  /** A connection of a customer's that Waycore activates, and goes on activating. Gives its id. */
  async waits(org: string, institution: string = SLOW_BANK.id): Promise<string> {
    const { connection } = await this.call(org, 'start_connection', { institution_id: institution });
    const connection_id: string = connection.id;
    await this.call(org, 'confirm_user_created', { connection_id });
    const finish = { connection_id, delegated_user_active: 'true', accept_terms: 'true' };
    const finished = await this.call(org, 'submit_finish', finish);
    expect(finished.connection.label).toBe('Activating');
    return connection_id;
  }

  /** Changes a connection at Waycore. Gives the time at which Waycore had answered that it has changed. */
  async change(connection: string, state: object): Promise<number> {
    const { simulator } = this.waycore;
    const changed = await simulator.request('POST', `/_sim/connections/${connection}`, { body: state });
    expect(changed.status).toBe(200);
    return Date.now();
  }

  /**
   * Moves the stored visits and history back by so many hours: the servers use the machine's clock, which a test cannot
   * move.
   */
  async hoursPass(hours: number): Promise<void> {
    const millis = hours * 3_600_000;
    const visits = ['away_since', 'began_at', 'seen_at'].map((time) => `${time} = ${time} - ${millis}`).join(', ');
    const history = `at = at - ${millis}`;
    const moved = `UPDATE visits SET ${visits}; UPDATE connection_history SET ${history}`;
    await this.postgres.change(this.databaseUrl, moved);
  }

  /** From now on Waycore tells of changes, or tells nobody: then they are found by asking. */
  async deliver(active: boolean): Promise<void> {
    for (const { id } of await this.waycore.all('/v1/webhooks', 100)) {
      expect((await this.waycore.call('PATCH', `/v1/webhooks/${id}`, { active })).status).toBe(200);
    }
  }

  /** Waycore answers everything so, until it recovers. */
  async fail(status: number): Promise<void> {
    const fault = { match: { organizationId: this.waycore.id }, effect: { status } };
    expect((await this.waycore.simulator.request('POST', '/_sim/faults', { body: fault })).status).toBe(201);
  }

  /** Ends all failures. */
  async recover(): Promise<void> {
    const { simulator, id } = this.waycore;
    expect((await simulator.request('DELETE', `/_sim/faults?organizationId=${id}`)).status).toBe(200);
  }

  /** Sends one signed delivery twice, beside whatever Waycore itself tells. */
  async tellTwice(type: string, connectionId: string): Promise<void> {
    const body = JSON.stringify({ id: `evt_${randomUUID()}`, type, data: { connectionId } });
    const time = Math.floor(Date.now() / 1000);
    const signature = createHmac('sha256', this.secret).update(`${time}.${body}`).digest('hex');
    const headers = { 'Content-Type': 'application/json', 'Waycore-Signature': `t=${time},v1=${signature}` };
    for (let again = 0; again < 2; again += 1) {
      const answer = await fetch(`${this.url}/webhooks/waycore`, { method: 'POST', headers, body });
      expect(answer.status).toBe(204);
    }
  }

  /** What Waycore was asked, in the order of arrival. */
  async asked(): Promise<Asked[]> {
    const { simulator, id } = this.waycore;
    const { body } = await simulator.request('GET', `/_sim/requests?organizationId=${id}`);
    return body.data;
  }
}

/** One request at Waycore. */
export interface Asked {
  at: string;
  method: string;
  path: string;
  query: string;
  status: number | null;
}

export const CONNECTED = { kind: 'ready', status: 'active', syncStatus: 'idle' };

/**
 * One replica after the other, but for browsers that say which they want. Whichever it is, the other one takes over where
 * it cannot be reached.
 */
function front({ first, second }: Record<Replica, number>): { http: string; location: string } {
  // One that was dead is tried again at once: a test does not wait until nginx has forgotten it.
  const [one, other] = [first, second].map((port) => `server 127.0.0.1:${port} max_fails=0`);
  const http = `
  upstream both { ${one}; ${other}; }
  upstream first { ${one}; ${other} backup; }
  upstream second { ${other}; ${one} backup; }
  map $cookie_replica $replica { default both; first first; second second; }`;
  const location = `
    proxy_set_header Host $http_host;
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    location / { proxy_pass http://$replica; }
    location = /events { proxy_pass http://$replica; proxy_buffering off; proxy_read_timeout 75s; }`;
  return { http, location };
}

interface Shared {
  postgres: Postgres;
  simulator: OwnSimulator;
}

interface Own {
  /** A customer that nobody else is. */
  org: string;
  /** Two replicas of this test's own. */
  startReplicas(options: Options): Promise<Replicas>;
  /** Somebody in a browser of their own. */
  meet(replicas: Replicas, identity: { user: string; org: string }, replica: Replica): Promise<Person>;
}

export const test = base.extend<Own, Shared>({
  postgres: [
    async ({}, use) => {
      const postgres = await Postgres.start();
      await use(postgres);
      await postgres.end();
    },
    { scope: 'worker' },
  ],
  simulator: [
    async ({}, use) => {
      const simulator = await OwnSimulator.start();
      await use(simulator);
      await simulator.stop();
    },
    { scope: 'worker' },
  ],
  org: async ({}, use) => {
    await use(`org-${randomUUID()}`);
  },
  startReplicas: async ({ postgres, simulator }, use) => {
    const all: Replicas[] = [];
    await use(async (options) => {
      const replicas = await Replicas.start(postgres, simulator, options);
      all.push(replicas);
      return replicas;
    });
    for (const replicas of all) await replicas.end();
  },
  // Asked for after the replicas, so that the browsers close first: a server waits for their streams to end.
  meet: async ({ browser, startReplicas: _ }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async (replicas, identity, replica) => {
      const context = await browser.newContext();
      contexts.push(context);
      return replicas.person(context, identity, replica);
    });
    await Promise.all(contexts.map((context) => context.close()));
  },
});
