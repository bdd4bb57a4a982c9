// Deliveries and their signatures, checked with Node's own HMAC and a server of the test's own.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@playwright/test';
import { OwnSimulator, type Organization } from './own';

interface Delivery {
  signature: string;
  body: string;
}

/** Takes deliveries one after the other, answering with the statuses it was given and then with 204. */
class Receiver {
  private readonly arrived: Delivery[] = [];
  private readonly waiting: ((delivery: Delivery) => void)[] = [];
  private constructor(private readonly server: Server) {}

  static async listen(statuses: number[] = []): Promise<Receiver> {
    const server = createServer();
    const receiver = new Receiver(server);
    server.on('request', (request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        response.statusCode = statuses.shift() ?? 204;
        response.end();
        const delivery = {
          signature: String(request.headers['waycore-signature']),
          body: Buffer.concat(parts).toString('utf8'),
        };
        const next = receiver.waiting.shift();
        if (next) next(delivery);
        else receiver.arrived.push(delivery);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
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

function isGenuine({ signature, body }: Delivery, secret: string): boolean {
  const [, time, given] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(signature) ?? [];
  if (!time || !given || Math.abs(Date.now() / 1000 - Number(time)) > 300) return false;
  const expected = createHmac('sha256', secret).update(`${time}.${body}`, 'utf8').digest();
  return timingSafeEqual(expected, Buffer.from(given, 'hex'));
}

let simulator: OwnSimulator;
let receiver: Receiver;
let acme: Organization;
test.beforeAll(async () => {
  simulator = await OwnSimulator.start();
});
test.afterAll(() => simulator.stop());
test.afterEach(() => receiver.close());

async function subscribe(statuses: number[] = []): Promise<void> {
  receiver = await Receiver.listen(statuses);
  acme = await simulator.organization({ webhookUrl: receiver.url });
}

test('a change of status is delivered and signed', async () => {
  await subscribe();
  const connection = await acme.connection(await acme.entity(), 'sim-standard');
  await acme.call('PUT', `/v1/connections/${connection}/setupCompletion`);
  const delivery = await receiver.next();
  expect(isGenuine(delivery, acme.secret)).toBe(true);
  expect(isGenuine({ ...delivery, body: `${delivery.body} ` }, acme.secret), 'any byte counts').toBe(false);
  const event = JSON.parse(delivery.body);
  expect(event).toMatchObject({ type: 'connection.status_changed', data: { connectionId: connection } });
  expect(event.id).toMatch(/^evt_/);
});

test('bad, old and repeated deliveries on demand', async () => {
  await subscribe();
  await acme.control('webhooks', { type: 'test', badSignature: true });
  expect(isGenuine(await receiver.next(), acme.secret)).toBe(false);
  await acme.control('webhooks', { type: 'test', signatureAgeSeconds: 600 });
  expect(isGenuine(await receiver.next(), acme.secret)).toBe(false);
  await acme.control('webhooks', { type: 'test', duplicate: true });
  const [one, two] = [await receiver.next(), await receiver.next()];
  expect(one.body).toBe(two.body);
  expect(isGenuine(one, acme.secret) && isGenuine(two, acme.secret)).toBe(true);
});

test('what is not taken comes again', async () => {
  await subscribe([500]);
  await acme.control('webhooks', { type: 'test' });
  const first = await receiver.next();
  const listed = async () => {
    const { body } = await simulator.request('GET', `/_sim/webhooks?organizationId=${acme.id}`);
    return body.data[0];
  };
  await expect.poll(async () => (await listed()).attempts.length).toBe(1);
  await acme.advance(10);
  expect((await receiver.next()).body).toBe(first.body);
  await expect.poll(async () => (await listed()).state).toBe('delivered');
});

test('a registration of its own has a secret of its own', async () => {
  await subscribe();
  const url = receiver.url;
  const made = await acme.call('POST', '/v1/webhooks', { url, events: ['test'] });
  expect(made.status).toBe(201);
  const { id, secret } = made.body.webhook;
  expect((await acme.call('GET', `/v1/webhooks/${id}`)).body.secret).not.toBe(secret);
  expect((await acme.call('POST', `/v1/webhooks/${id}/test`)).status).toBe(202);
  expect(isGenuine(await receiver.next(), secret)).toBe(true);
});
