// Status codes and pages, as the documents say them, seen from outside.
import { expect, test } from '@playwright/test';
import { OwnSimulator, type Answer } from './own';

let simulator: OwnSimulator;
test.beforeAll(async () => {
  simulator = await OwnSimulator.start();
});
test.afterAll(() => simulator.stop());

function refused(answer: Answer, status: number, code: string): void {
  expect({ status: answer.status, code: answer.body.code }).toEqual({ status, code });
  expect(answer.body.message).not.toBe('');
  expect(answer.body.requestId).toMatch(/^req_/);
}

test('every refusal has its status', async () => {
  const acme = await simulator.organization();
  refused(await simulator.request('GET', '/v1/connections'), 401, 'unauthorized');
  refused(await simulator.request('GET', '/v1/connections', { key: 'way_test_no_key' }), 401, 'unauthorized');
  const limited = await simulator.organization({ scopes: ['entities:read'] });
  refused(await limited.call('GET', '/v1/connections'), 403, 'forbidden');
  refused(await acme.call('GET', '/v1/connections/conn_123'), 404, 'not_found');
  refused(await acme.call('PATCH', '/v1/connections', {}), 405, 'method_not_allowed');
  refused(await acme.call('GET', '/v1/connections?limit=0'), 400, 'invalid_request');
  refused(await acme.call('GET', '/v1/connections?limit=501'), 400, 'invalid_request');
  refused(await acme.call('GET', '/v1/connections?cursor=x'), 400, 'invalid_cursor');
  refused(await acme.call('POST', '/v1/entities', {}), 400, 'invalid_request');
  await acme.entity();
  refused(await acme.call('POST', '/v1/entities', { externalEntityId: 'acme' }), 409, 'conflict');
});

test("one organization's objects are not there for another", async () => {
  const acme = await simulator.organization();
  const globex = await simulator.organization({ environment: 'live' });
  const connection = await acme.connection(await acme.entity(), 'sim-standard');
  refused(await globex.call('GET', `/v1/connections/${connection}`), 404, 'not_found');
  refused(await globex.call('DELETE', `/v1/connections/${connection}`), 404, 'not_found');
  expect(await globex.all('/v1/connections', 10)).toEqual([]);
});

test('a connection lives, syncs, cools down and is removed', async () => {
  const acme = await simulator.organization();
  const connection = await acme.connection(await acme.entity(), 'sim-standard');
  const address = `/v1/connections/${connection}`;
  refused(await acme.call('PUT', `${address}/sync`), 409, 'conflict');
  const handed = await acme.call('PUT', `${address}/credentials`, { bankUsername: 'wsvc', password: 'hunter2' });
  expect(handed.status).toBe(200);
  expect(JSON.stringify(handed.body)).not.toContain('hunter2');
  expect((await acme.call('PUT', `${address}/setupCompletion`)).status).toBe(200);
  await acme.advance(22);
  const ready = (await acme.call('GET', address)).body;
  expect([ready.kind, ready.status, ready.syncStatus]).toEqual(['ready', 'active', 'idle']);
  expect((await acme.call('PUT', `${address}/sync`)).status).toBe(202);
  refused(await acme.call('PUT', `${address}/sync`), 409, 'conflict');
  await acme.advance(2);
  const early = await acme.call('PUT', `${address}/sync`);
  refused(early, 429, 'rate_limited');
  expect(early.headers.get('retry-after')).toBe(String(45 * 60 - 2));
  await acme.advance(45 * 60);
  expect((await acme.call('PUT', `${address}/sync`)).status).toBe(202);
  expect((await acme.call('DELETE', address)).status).toBe(204);
  refused(await acme.call('GET', address), 404, 'not_found');
});

test('lists are whole whatever the size of their pages', async () => {
  const acme = await simulator.organization();
  const entity = await acme.entity();
  const banks = (await acme.call('GET', '/v1/institutions?query=savings&limit=12')).body.data;
  for (const bank of banks) await acme.connection(entity, bank.institutionId);
  const ids = (items: { id: string }[]) => items.map(({ id }) => id);
  const whole = ids(await acme.all('/v1/connections', 500));
  expect(whole.length).toBe(12);
  for (const size of [1, 5, 11, 12]) expect(ids(await acme.all('/v1/connections', size))).toEqual(whole);
  expect((await acme.all('/v1/institutions', 500)).length).toBeGreaterThan(5_000);

  await acme.call('PUT', `/v1/connections/${whole[0]}/setupCompletion`);
  await acme.advance(60);
  const transactions = ids(await acme.all('/v1/transactions', 500));
  expect(transactions.length).toBeGreaterThan(1_000);
  expect(ids(await acme.all('/v1/transactions', 333))).toEqual(transactions);
  expect(new Set(transactions).size).toBe(transactions.length);
});

test('a fault comes as often as it was asked for, with its wait', async () => {
  const acme = await simulator.organization();
  const match = { organizationId: acme.id, path: '/v1/entities' };
  const effect = { status: 429, retryAfter: 7 };
  const made = await simulator.request('POST', '/_sim/faults', { body: { match, effect, times: 2 } });
  expect(made.status).toBe(201);
  for (let times = 0; times < 2; times += 1) {
    const answer = await acme.call('GET', '/v1/entities');
    refused(answer, 429, 'rate_limited');
    expect(answer.headers.get('retry-after')).toBe('7');
  }
  expect((await acme.call('GET', '/v1/entities')).status).toBe(200);
});

test('the description names what there is', async () => {
  const { status, body } = await simulator.request('GET', '/openapi.json');
  expect(status).toBe(200);
  expect(body.openapi).toMatch(/^3\.1/);
  const paths = ['/v1/entities/{id}', '/v1/connections/{id}/sync', '/v1/transactions/sync', '/v1/webhooks/{id}/test'];
  expect(Object.keys(body.paths)).toEqual(expect.arrayContaining(paths));
});
