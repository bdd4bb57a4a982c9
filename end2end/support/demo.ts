// The program under test: `waycore-connect demo`, on free ports, with a data folder of its own.
import { spawn } from 'node:child_process';
import { appendFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { SERVER } from './production';

/** Where a running demo is; plain data, so that it travels to the workers. */
export interface Place {
  /** The product's address, without a slash at the end. */
  url: string;
  /** The simulator's address, without a slash at the end. */
  simulator: string;
  /** The folder that the demo keeps its state in. */
  data: string;
  /** What the program printed. */
  log: string;
}

export interface Demo {
  place: Place;
  /** Asks the program to end and waits until it has; fails unless it ended cleanly. */
  stop(): Promise<void>;
}

const START_MILLIS = 20_000;
const STOP_MILLIS = 15_000;

/** Starts a demo whose state lives below `folder`; a second start there finds it again. */
export async function startDemo(options: {
  folder: string;
  basePath?: string;
  env?: Record<string, string>;
}): Promise<Demo> {
  const data = path.join(options.folder, 'data');
  const log = path.join(options.folder, 'demo.log');
  mkdirSync(data, { recursive: true });
  const basePath = options.basePath ? ['--base-path', options.basePath] : [];
  const child = spawn(SERVER, ['demo', '--port', '0', '--sim-port', '0', '--data', data, ...basePath], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
  });
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`could not be started: ${error.message}`));
    child.once('exit', (code, signal) => resolve(signal ? `ended by ${signal}` : `ended with ${code}`));
  });
  child.stderr.on('data', (text: Buffer) => appendFileSync(log, text));

  const addresses = new Promise<{ url: string; simulator: string }>((resolve) => {
    const found: { url?: string | undefined; simulator?: string | undefined } = {};
    createInterface({ input: child.stdout }).on('line', (line) => {
      appendFileSync(log, `${line}\n`);
      const [, what, address] = /^Waycore (Connect demo|simulator): (http:\S+?)\/?$/.exec(line.trim()) ?? [];
      if (what === 'Connect demo') found.url = address;
      if (what === 'simulator') found.simulator = address;
      if (found.url && found.simulator) resolve({ url: found.url, simulator: found.simulator });
    });
  });
  const late = after(START_MILLIS, 'did not print its addresses in time');
  const started = await Promise.race([addresses, ended, late.promise]);
  late.cancel();
  if (typeof started === 'string') {
    child.kill('SIGKILL');
    throw new Error(`the demo ${started}; it printed:\n${await printed(log)}`);
  }
  return {
    place: { ...started, data, log },
    async stop() {
      const late = after(STOP_MILLIS, 'did not end in time');
      child.kill('SIGTERM');
      const how = await Promise.race([ended, late.promise]);
      late.cancel();
      if (how !== 'ended with 0') {
        child.kill('SIGKILL');
        throw new Error(`after SIGTERM the demo ${how}; it printed:\n${await printed(log)}`);
      }
    },
  };
}

function after(millis: number, what: string): { promise: Promise<string>; cancel(): void } {
  let timer: NodeJS.Timeout;
  const promise = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(what), millis);
  });
  return { promise, cancel: () => clearTimeout(timer) };
}

async function printed(log: string): Promise<string> {
  const { readFile } = await import('node:fs/promises');
  return readFile(log, 'utf8').catch(() => 'nothing');
}
