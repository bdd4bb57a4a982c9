// A PostgreSQL server of a test's own: on a socket in a temporary folder, never the system's.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect } from '@playwright/test';
import { ownFolder } from './folder';

const USER = 'connect';

/** Waits for the end of its standard input, which comes with the end of the process that started it, in whatever way. */
const UNTIL_STDIN_ENDS = '"$@" >"$LOG" 2>&1 & server=$!; cat >/dev/null; kill -QUIT $server; wait $server';

/** Nothing here has to outlive the test, and nothing may be reached from elsewhere. */
const SETTINGS = ['listen_addresses=', 'fsync=off', 'max_connections=200', 'shared_buffers=32MB'];

const run = promisify(execFile);

export class Postgres {
  private constructor(
    private readonly folder: string,
    private keeper: ChildProcess,
  ) {}

  static async start(): Promise<Postgres> {
    // A socket's path may be no longer than 107 bytes.
    const folder = await ownFolder('pg');
    if (isRoot()) await run('chown', ['postgres', folder]);
    const initdb = ['--no-sync', '--no-locale', '--encoding=UTF8', '--auth=trust', '--username', USER, data(folder)];
    await run(...asServerUser('initdb', initdb));
    return new Postgres(folder, await serve(folder));
  }

  /** Ends it as a crash would, and starts it again after something else has happened. */
  async restart(meanwhile: () => Promise<void>): Promise<void> {
    await this.stop();
    await meanwhile();
    this.keeper = await serve(this.folder);
  }

  /** The address of a database that nobody else has. */
  async database(): Promise<string> {
    const name = `t${randomUUID().replaceAll('-', '')}`;
    await run(client('createdb'), ['-h', this.folder, '-U', USER, name]);
    return `postgres://${USER}@localhost/${name}?host=${this.folder}`;
  }

  /** Changes what stands in a database, as time or an operator would. */
  async change(databaseUrl: string, sql: string): Promise<void> {
    await run(client('psql'), ['--quiet', '--set', 'ON_ERROR_STOP=1', '--command', sql, databaseUrl]);
  }

  /** Ends it at once: nothing of it is wanted again. */
  async end(): Promise<void> {
    await this.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  private async stop(): Promise<void> {
    const ended = once(this.keeper, 'exit');
    this.keeper.stdin!.end();
    await ended;
  }
}

function data(folder: string): string {
  return path.join(folder, 'data');
}

/** Starts the server over a folder's data, and waits until it answers. */
async function serve(folder: string): Promise<ChildProcess> {
  const log = path.join(folder, 'log');
  const settings = ['-D', data(folder), '-k', folder, ...SETTINGS.flatMap((one) => ['-c', one])];
  const [program, args] = asServerUser('postgres', settings);
  const keeper = spawn('sh', ['-c', UNTIL_STDIN_ENDS, 'sh', program, ...args], {
    env: { ...process.env, LOG: log },
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  await expect(async () => {
    const answers = await run(client('pg_isready'), ['-h', folder]).then(() => true, () => false);
    expect(answers, await readFile(log, 'utf8').catch(() => 'it printed nothing')).toBe(true);
  }, 'PostgreSQL answers').toPass({ timeout: 20_000, intervals: [50, 100, 250] });
  return keeper;
}

/** Where Debian or the PATH has its programs. */
function client(name: string): string {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian) : [];
  const there = versions.map((version) => path.join(debian, version, 'bin')).find((bin) => existsSync(path.join(bin, 'initdb')));
  return there ? path.join(there, name) : name;
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** PostgreSQL refuses to be run by root; Debian's package brings a user for it. */
function asServerUser(name: string, args: string[]): [string, string[]] {
  if (!isRoot()) return [client(name), args];
  return ['setpriv', ['--reuid=postgres', '--regid=postgres', '--init-groups', client(name), ...args]];
}
