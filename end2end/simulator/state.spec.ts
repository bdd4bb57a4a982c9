// What a state file is for: a restart finds everything as it was, and a torn file is refused.
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import { ownFolder } from '../support/folder';
import { Organization, OwnSimulator } from './own';

let folder: string;
test.beforeEach(async () => {
  folder = await ownFolder('simulator');
});
test.afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a restart finds everything as it was', async () => {
  const state = path.join(folder, 'state.json');
  let simulator = await OwnSimulator.start('--state', state);
  const acme = await simulator.organization();
  const connection = await acme.connection(await acme.entity(), 'sim-standard');
  await acme.call('PUT', `/v1/connections/${connection}/setupCompletion`);
  await acme.advance(60);
  const before = (await acme.call('GET', `/v1/connections/${connection}`)).body;
  const accounts = await acme.all('/v1/accounts', 100);
  await simulator.stop();

  simulator = await OwnSimulator.start('--state', state);
  const again = new Organization(simulator, { organizationId: acme.id, apiKey: acme.key, webhookSecret: acme.secret });
  expect((await again.call('GET', `/v1/connections/${connection}`)).body).toEqual(before);
  expect(await again.all('/v1/accounts', 100)).toEqual(accounts);
  await simulator.stop();
});

test('a torn file is refused with a sentence and left alone', async () => {
  const state = path.join(folder, 'state.json');
  const simulator = await OwnSimulator.start('--state', state);
  await simulator.organization();
  await simulator.stop();
  const torn = readFileSync(state, 'utf8').slice(0, -20);
  writeFileSync(state, torn);
  const program = process.env.CONNECT_BINARY ?? path.resolve(__dirname, '../../target/release/waycore-connect');
  const ended = spawnSync(program, ['sim', '--port', '0', '--state', state], { encoding: 'utf8', timeout: 20_000 });
  expect(ended.status).not.toBe(0);
  expect(ended.stderr).toContain('is torn or damaged');
  expect(readFileSync(state, 'utf8')).toBe(torn);
});
