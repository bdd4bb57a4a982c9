// The production server as an embedding team runs it: its settings, and the tokens that their product signs.
import { createHmac } from 'node:crypto';
import path from 'node:path';

const PROGRAMS = path.resolve(__dirname, '../../target/debug');

export const SERVER = process.env.CONNECT_BINARY ?? path.join(PROGRAMS, 'waycore-connect');
export const HOST = process.env.CONNECT_HOST_EXAMPLE ?? path.join(PROGRAMS, 'host');

const TOKEN_KEY = 'shared between the host and the server';

/** What a server has to know of where it stands. */
export interface Standing {
  port: number;
  publicUrl: string;
  databaseUrl: string;
  /** The simulator's address. */
  waycore: string;
  /** The key that the simulator knows. */
  key: string;
}

/** What every server needs. */
export function settings({ port, publicUrl, databaseUrl, waycore, key }: Standing): Record<string, string> {
  return {
    CONNECT_ADDR: `127.0.0.1:${port}`,
    CONNECT_PUBLIC_URL: publicUrl,
    CONNECT_SECRET_KEY: 'a secret of the server that is long enough',
    CONNECT_DATABASE_URL: databaseUrl,
    WAYCORE_API_KEY: key,
    WAYCORE_BASE_URL: `${waycore}/v1`,
    CONNECT_SHUTDOWN_DELAY_SECONDS: '0',
  };
}

/** Whom a server believes that does not ask a product of its own. */
export const HOST_TOKENS: Record<string, string> = {
  CONNECT_JWT_KEY: TOKEN_KEY,
  CONNECT_JWT_ISSUER: 'host',
  CONNECT_JWT_AUDIENCE: 'connect',
  CONNECT_JWT_COOKIE: 'session',
};

/** What a host signs for one of its people. */
export function token(claims: Record<string, unknown>): string {
  const part = (json: unknown) => Buffer.from(JSON.stringify(json)).toString('base64url');
  const exp = Math.floor(Date.now() / 1000) + 600;
  const all = { iss: 'host', aud: 'connect', exp, roles: ['manager'], ...claims };
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(all)}`;
  return `${signed}.${createHmac('sha256', TOKEN_KEY).update(signed).digest('base64url')}`;
}
