// The simulator's control endpoints, as tests need them.
import { expect, type APIRequestContext } from '@playwright/test';

/** One request that the simulated Waycore received. */
export interface Received {
  method: string;
  path: string;
  query: unknown;
  body: Record<string, unknown> | null;
  /** Nothing while there is no answer yet. */
  status: number | null;
}

/** Any documented state of a connection, or an undocumented one. */
export interface StateChange {
  kind?: string;
  status?: string;
  syncStatus?: string;
  nextAction?: string;
  actionRequiredBy?: string;
  errorCode?: string;
  instructions?: Record<string, unknown>;
}

export interface Fault {
  match: { method?: string; path?: string; entityId?: string; connectionId?: string };
  effect: { status?: number; retryAfter?: number; body?: unknown; delayMs?: number };
  times?: number;
}

/** What a person types into the bank's form. */
export type Issued = Record<
  'firstName' | 'lastName' | 'address' | 'email' | 'phoneNumber' | 'username',
  string
>;

/** The organization of the demo. */
const ORGANIZATION = 'demo';

export class Simulator {
  constructor(
    private readonly request: APIRequestContext,
    private readonly url: string,
  ) {}

  /** Puts a connection into a state. */
  async put(connectionId: string, state: StateChange): Promise<void> {
    await this.post(`connections/${connectionId}`, state);
  }

  /** The connection is ready, as after a first sync. */
  async connect(connectionId: string): Promise<void> {
    await this.put(connectionId, { kind: 'ready', status: 'active', syncStatus: 'idle' });
  }

  /** Keeps a connection in activation for as long as the test looks at it. */
  async keepActivating(connectionId: string): Promise<void> {
    await this.put(connectionId, { kind: 'setup', status: 'pendingActivation' });
  }

  /** Makes requests fail. Always matched to one customer: the other tests go on meanwhile. */
  async fail(fault: Fault & { match: { entityId: string } | { connectionId: string } }): Promise<void> {
    await this.post('faults', { ...fault, match: { ...fault.match, organizationId: ORGANIZATION } });
  }

  /** Makes requests fail for everybody: only for a demo that a test has for itself. */
  async failForEverybody(fault: Fault): Promise<void> {
    await this.post('faults', { ...fault, match: { ...fault.match, organizationId: ORGANIZATION } });
  }

  /** Ends the failures of one connection. */
  async recovers(connectionId: string): Promise<void> {
    await this.removeFaults({ connectionId });
  }

  /** Ends all failures: only for a demo that a test has for itself. */
  async recover(): Promise<void> {
    await this.removeFaults({});
  }

  /** What Waycore issued for a connection's delegated user, as the control API answers it. */
  async instructionsOf(connectionId: string): Promise<Issued> {
    return ((await this.control(connectionId)).setup as { instructions: Issued }).instructions;
  }

  /** The simulated portal of the connection's bank. */
  async portalOf(connectionId: string): Promise<string> {
    const html = await (await this.request.get(this.console())).text();
    const row = html.split('<tr>').find((part) => part.includes(connectionId) && part.includes('/bank/'));
    const [, bank] = /href="(\/bank\/[^"]+)"/.exec(row ?? '') ?? [];
    expect(bank, 'the bank of the connection on the console').toBeDefined();
    return `${this.url}${bank}`;
  }

  /** The page of the demo's organization. */
  console(): string {
    return `${this.url}/console/${ORGANIZATION}`;
  }

  /** The entity that a connection belongs to. The product never shows it to a browser. */
  async entityOf(connectionId: string): Promise<string> {
    const created = (await this.receivedFor(connectionId)).find(({ path }) => path === '/v1/connections');
    const entityId = created?.body?.entityId;
    expect(entityId, 'the request that created the connection').toEqual(expect.any(String));
    return String(entityId);
  }

  /** What was received that has to do with a connection, in the order of arrival. */
  async receivedFor(connectionId: string): Promise<Received[]> {
    return this.journal({ connectionId });
  }

  /** What was received that names a text anywhere: a customer's org, a portal URL. */
  async receivedNaming(text: string): Promise<Received[]> {
    const quoted = JSON.stringify(text).slice(1, -1);
    return (await this.journal({})).filter((received) => JSON.stringify(received).includes(quoted));
  }

  /** A connection as the control API answers it. */
  private async control(connectionId: string): Promise<Record<string, unknown>> {
    const response = await this.request.post(`${this.url}/_sim/connections/${connectionId}`, { data: {} });
    expect(response.ok(), await response.text()).toBe(true);
    return (await response.json()) as Record<string, unknown>;
  }

  private async journal(filter: Record<string, string>): Promise<Received[]> {
    const query = new URLSearchParams({ organizationId: ORGANIZATION, ...filter });
    const response = await this.request.get(`${this.url}/_sim/requests?${query}`);
    expect(response.ok(), await response.text()).toBe(true);
    return ((await response.json()) as { data: Received[] }).data;
  }

  private async removeFaults(made: Record<string, string>): Promise<void> {
    const query = new URLSearchParams({ organizationId: ORGANIZATION, ...made });
    const response = await this.request.delete(`${this.url}/_sim/faults?${query}`);
    expect(response.ok(), await response.text()).toBe(true);
  }

  private async post(control: string, data: unknown): Promise<void> {
    const response = await this.request.post(`${this.url}/_sim/${control}`, { data });
    expect(response.ok(), `${control}: ${await response.text()}`).toBe(true);
  }
}
