// What an embedding team runs: the production server or a product of its own, nginx in front, the simulator behind.
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { test as base, expect } from '@playwright/test';
import { type Organization, OwnSimulator } from '../simulator/own';
import { ownFolder } from '../support/folder';
import { startNginx } from '../support/nginx';
import { HOST, HOST_TOKENS, SERVER, settings } from '../support/production';
import { Running } from '../support/running';

export { token } from '../support/production';
export { freePort } from '../support/running';
export { expect };

export class Deployment {
  private readonly programs: Running[] = [];

  private constructor(
    readonly folder: string,
    readonly simulator: OwnSimulator,
    private readonly organization: Organization,
  ) {}

  static async prepare(): Promise<Deployment> {
    const folder = await ownFolder('mounted');
    const simulator = await OwnSimulator.start('--state', path.join(folder, 'simulator.json'));
    const organization = await simulator.organization();
    return new Deployment(folder, simulator, organization);
  }

  /** Starts the production server; browsers find it at `publicUrl`. */
  async serve(port: number, publicUrl: string, more: Record<string, string> = {}): Promise<void> {
    const env = { ...this.settings(port, publicUrl), ...HOST_TOKENS, ...more };
    this.programs.push(await Running.start(SERVER, ['serve'], port, env));
  }

  /** Starts the small product of `examples/host`. */
  async host(port: number): Promise<void> {
    const env = this.settings(port, `http://127.0.0.1:${port}/banking/connections`);
    this.programs.push(await Running.start(HOST, [], port, env));
  }

  /** Starts nginx with one location. */
  async nginx(port: number, location: string): Promise<void> {
    this.programs.push(await startNginx(this.folder, port, { location }));
  }

  /** What Waycore issued for the delegated user of a connection, by the terms that the page shows it under. */
  async issued(connectionId: string): Promise<Record<string, string>> {
    const { status, body } = await this.organization.call('GET', `/v1/connections/${connectionId}`);
    expect(status).toBe(200);
    const { email, phoneNumber, username } = body.setup.instructions;
    return { Username: username, Email: email, 'Phone number': phoneNumber };
  }

  /** Lets Waycore activate what waits for it. */
  activate(): Promise<void> {
    return this.organization.advance(60);
  }

  async end(): Promise<void> {
    for (const program of this.programs.reverse()) await program.end();
    await this.simulator.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  private settings(port: number, publicUrl: string): Record<string, string> {
    const databaseUrl = `sqlite://${this.folder}/connect.db`;
    return settings({ port, publicUrl, databaseUrl, waycore: this.simulator.url, key: this.organization.key });
  }
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
