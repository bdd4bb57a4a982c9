// Programs that a test starts for itself, on ports of this machine, and ends by itself.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect } from '@playwright/test';

export class Running {
  private constructor(
    private readonly program: string,
    private readonly child: ChildProcess,
    private readonly exited: Promise<unknown>,
  ) {}

  /** Starts a program with exactly these variables, and waits until it listens. */
  static async start(program: string, args: string[], port: number, env: Record<string, string>): Promise<Running> {
    const child = spawn(program, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
    let printed = '';
    child.stderr!.on('data', (text: Buffer) => (printed = (printed + text).slice(-20_000)));
    let ended = false;
    child.once('exit', () => (ended = true));
    const running = new Running(program, child, once(child, 'exit'));
    try {
      await expect(async () => {
        if (ended) throw new Error(`${program} ended: ${printed}`);
        await fetch(`http://127.0.0.1:${port}/`, { redirect: 'manual' });
      }, `${program} listens`).toPass({ timeout: 20_000, intervals: [50, 100, 250] });
    } catch (late) {
      await running.kill();
      throw late;
    }
    return running;
  }

  /** Asks it to end, and waits until it has. */
  end(): Promise<void> {
    return this.endBy('SIGTERM');
  }

  /** Ends it as a power cut would: nothing is said to anybody. */
  kill(): Promise<void> {
    return this.endBy('SIGKILL');
  }

  private async endBy(signal: NodeJS.Signals): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      expect(this.child.kill(signal), `${this.program} takes ${signal}`).toBe(true);
    }
    await this.exited;
  }
}

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}
