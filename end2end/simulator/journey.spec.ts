// A team that writes in another language meets the simulator: the program, its own HTTP client and its own HMAC, over a
// restart. What each request is answered is tested in crates/waycore-sim/tests/it.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import { ownFolder } from '../support/folder';
import { Organization, OwnSimulator, type Answer } from './own';

interface Delivery {
  signature: string;
  body: string;
}

/** Takes deliveries one after the other. */
class Receiver {
  private readonly arrived: Delivery[] = [];
  private readonly waiting: ((delivery: Delivery) => void)[] = [];
  private constructor(private readonly server: Server) {}

  static async listen(): Promise<Receiver> {
    const server = createServer();
    const receiver = new Receiver(server);
    server.on('request', (request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        response.writeHead(204).end();
        const signature = String(request.headers['waycore-signature']);
        const delivery = { signature, body: Buffer.concat(parts).toString('utf8') };
        const next = receiver.waiting.shift();
        if (next) next(delivery);
        else receiver.arrived.push(delivery);
      });
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/hook`;
  }

  next(): Promise<Delivery> {
    const delivery = this.arrived.shift();
    return delivery ? Promise.resolve(delivery) : new Promise((resolve) => this.waiting.push(resolve));
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

/** As the documents say it, with Node's own HMAC. */
function isGenuine({ signature, body }: Delivery, secret: string): boolean {
  const [, time, given] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(signature) ?? [];
  if (!time || !given || Math.abs(Date.now() / 1000 - Number(time)) > 300) return false;
  const expected = createHmac('sha256', secret).update(`${time}.${body}`, 'utf8').digest();
  return timingSafeEqual(expected, Buffer.from(given, 'hex'));
}

function refused(answer: Answer, status: number, code: string): void {
  expect({ status: answer.status, code: answer.body.code }).toEqual({ status, code });
  expect(answer.body.message).not.toBe('');
  expect(answer.body.requestId).toMatch(/^req_/);
}

test('a team in another language connects a bank, checks a signature, syncs, restarts and removes it', async () => {
  const folder = await ownFolder('simulator');
  const state = path.join(folder, 'state.json');
  const receiver = await Receiver.listen();
  let simulator = await OwnSimulator.start('--state', state);
  try {
    await test.step('the description names what there is', async () => {
      const { status, body } = await simulator.request('GET', '/openapi.json');
      expect(status).toBe(200);
      expect(body.openapi).toMatch(/^3\.1/);
      const paths = ['/v1/entities/{id}', '/v1/connections/{id}/sync', '/v1/transactions/sync', '/v1/webhooks/{id}/test'];
      expect(Object.keys(body.paths)).toEqual(expect.arrayContaining(paths));
    });

    const acme = await simulator.organization({ webhookUrl: receiver.url });
    refused(await simulator.request('GET', '/v1/connections'), 401, 'unauthorized');
    const connection = await acme.connection(await acme.entity(), 'sim-standard');
    const address = `/v1/connections/${connection}`;

    await test.step('credentials are taken and not given back', async () => {
      const handed = await acme.call('PUT', `${address}/credentials`, { bankUsername: 'wsvc', password: 'hunter2' });
      expect(handed.status).toBe(200);
      expect(JSON.stringify(handed.body)).not.toContain('hunter2');
    });

    await test.step('a change of status is delivered and signed', async () => {
      expect((await acme.call('PUT', `${address}/setupCompletion`)).status).toBe(200);
      const delivery = await receiver.next();
      expect(isGenuine(delivery, acme.secret)).toBe(true);
      expect(isGenuine({ ...delivery, body: `${delivery.body} ` }, acme.secret), 'any byte counts').toBe(false);
      expect(JSON.parse(delivery.body)).toMatchObject({
        id: expect.stringMatching(/^evt_/),
        type: 'connection.status_changed',
        data: { connectionId: connection },
      });
    });

    await test.step('time is moved, and a sync has to wait for the next', async () => {
      await acme.advance(22);
      const { kind, status, syncStatus } = (await acme.call('GET', address)).body;
      expect([kind, status, syncStatus]).toEqual(['ready', 'active', 'idle']);
      expect((await acme.call('PUT', `${address}/sync`)).status).toBe(202);
      await acme.advance(2);
      const early = await acme.call('PUT', `${address}/sync`);
      refused(early, 429, 'rate_limited');
      expect(early.headers.get('retry-after')).toBe(String(45 * 60 - 2));
    });

    const before = (await acme.call('GET', address)).body;
    const accounts = await acme.all('/v1/accounts', 100);
    expect(await acme.all('/v1/accounts', 1), 'whole whatever the size of its pages').toEqual(accounts);
    await simulator.stop();

    simulator = await OwnSimulator.start('--state', state);
    const keys = { organizationId: acme.id, apiKey: acme.key, webhookSecret: acme.secret };
    const again = new Organization(simulator, keys);
    await test.step('a restart finds everything as it was', async () => {
      expect((await again.call('GET', address)).body).toEqual(before);
      expect(await again.all('/v1/accounts', 100)).toEqual(accounts);
    });
    expect((await again.call('DELETE', address)).status).toBe(204);
    refused(await again.call('GET', address), 404, 'not_found');
  } finally {
    receiver.close();
    await simulator.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
