// A reverse proxy that misbehaves on purpose, as gateways, content delivery networks and load balancers do. Each
// misbehaviour is a switch. It stands between a browser and the server, or between the server and Waycore.
import { once } from 'node:events';
import { Agent, createServer, request as send, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createGzip, gzipSync } from 'node:zlib';

export interface Switches {
  /** Event streams: the head passes, the body is held back until the stream ends. */
  holdStreams?: boolean;
  /** Event streams are compressed without flushing, so that nothing arrives for a long time. */
  compressStreams?: boolean;
  /** Event streams are cut off after this time. */
  cutStreamsAfterMillis?: number;
  /** Event streams stay open and fall silent after this time. */
  silenceStreamsAfterMillis?: number;
  /** E-mail addresses in HTML are hidden, unless the response says `no-transform`. */
  rewriteEmails?: boolean;
  /** A second content security policy on every response. */
  secondPolicy?: string;
  /** A slash is added to the end of each path, or removed from it. */
  lastSlash?: 'add' | 'remove';
  /** This prefix is taken off each path before it is forwarded. */
  stripPrefix?: string;
  /** Replaces the browser's `Authorization`, as a password in front of a staging system does. */
  authorization?: string;
  /** So many requests that come on a connection used before are broken off without an answer, as a stale one would. */
  breakReused?: number;
  /** Cookies arrive as one header each, or among large and unreadable cookies of somebody else's. */
  cookies?: 'split' | 'enlarge';
  /** JSON responses are compressed whatever was asked for, or begin with a byte order mark. */
  json?: 'gzip' | 'byte-order-mark';
  /** The first POST of each form is answered with 502 and HTML, and goes nowhere. Searches go through. */
  failFirstPosts?: boolean;
}

type Headers = Record<string, string | string[] | undefined>;

const EMAIL = /[\w.+-]+@[\w-]+(\.[\w-]+)+/g;
const HIDDEN_EMAIL = '<span class="__cf_email__">[email&#160;protected]</span>';
/** Reads that pages make by POST. */
const LOOK_UP = /\/api\/(search|coach|get|list)_/;

const BAD_GATEWAY = '<!doctype html><html><title>502</title><h1>502 Bad Gateway</h1></html>';

/** Cookies of somebody else's on the same host: one that is not ASCII, and three kilobytes of consent. */
const FOREIGN_COOKIES = ['promo=caf\xe9', `consent=${'x'.repeat(3_000)}`];

export class HostileFront {
  private readonly agent = new Agent({ keepAlive: true });
  private readonly failedPosts = new Set<string>();
  private readonly used = new WeakSet<Socket>();
  private broken = 0;

  private constructor(
    private readonly server: Server,
    private readonly upstream: URL,
    private readonly switches: Switches,
  ) {}

  /** Starts one on this port, in front of what listens at `upstream`. */
  static async start(port: number, upstream: string, switches: Switches): Promise<HostileFront> {
    const server = createServer();
    const front = new HostileFront(server, new URL(upstream), switches);
    server.on('request', (request, response) => front.handle(request, response));
    await once(server.listen(port, '127.0.0.1'), 'listening');
    return front;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** How many requests were broken off on reused connections. */
  get brokenOff(): number {
    return this.broken;
  }

  async end(): Promise<void> {
    this.server.closeAllConnections();
    this.agent.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  private handle(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    if (this.used.has(socket) && this.broken < (this.switches.breakReused ?? 0)) {
      this.broken += 1;
      socket.destroy();
      return;
    }
    this.used.add(socket);
    const path = this.forwardedPath(request.url ?? '/');
    const isForm = request.method === 'POST' && !LOOK_UP.test(path);
    if (isForm && this.switches.failFirstPosts && !this.failedPosts.has(path)) {
      this.failedPosts.add(path);
      request.resume();
      response.writeHead(502, { 'content-type': 'text/html' }).end(BAD_GATEWAY);
      return;
    }
    const { hostname, port } = this.upstream;
    const headers = this.forwardedHeaders(request);
    const forwarded = send({ hostname, port, method: request.method, path, headers, agent: this.agent });
    forwarded.on('response', (answer) => this.answer(answer, response));
    forwarded.on('error', () => (response.headersSent ? response.destroy() : response.writeHead(502).end(BAD_GATEWAY)));
    response.on('close', () => forwarded.destroy());
    request.pipe(forwarded);
  }

  private forwardedPath(target: string): string {
    const { lastSlash, stripPrefix = '' } = this.switches;
    const [path = '', ...query] = target.split('?');
    let sent = path.startsWith(stripPrefix) ? path.slice(stripPrefix.length) || '/' : path;
    if (lastSlash === 'add' && !sent.endsWith('/')) sent += '/';
    if (lastSlash === 'remove' && sent.length > 1) sent = sent.replace(/\/$/, '');
    return [sent, ...query].join('?');
  }

  /** Names and values in turn, because an object cannot say that a header comes several times. */
  private forwardedHeaders({ rawHeaders }: IncomingMessage): string[] {
    const { authorization, cookies } = this.switches;
    const pairs: [string, string][] = [];
    for (let at = 0; at < rawHeaders.length; at += 2) {
      const [name = '', value = ''] = rawHeaders.slice(at, at + 2);
      const isReplaced = name.toLowerCase() === 'authorization' && authorization !== undefined;
      if (name.toLowerCase() === 'cookie') {
        for (const cookie of this.forwardedCookies(value)) pairs.push([name, cookie]);
      } else if (!isReplaced && name.toLowerCase() !== 'connection') {
        pairs.push([name, value]);
      }
    }
    if (authorization !== undefined) pairs.push(['Authorization', authorization]);
    const hasCookies = pairs.some(([name]) => name.toLowerCase() === 'cookie');
    if (cookies === 'enlarge' && !hasCookies) pairs.push(['Cookie', FOREIGN_COOKIES.join('; ')]);
    return pairs.flat();
  }

  private forwardedCookies(value: string): string[] {
    switch (this.switches.cookies) {
      case 'split':
        return value.split('; ');
      case 'enlarge':
        return [[...FOREIGN_COOKIES, value].join('; ')];
      default:
        return [value];
    }
  }

  private answer(answer: IncomingMessage, response: ServerResponse): void {
    const headers: Headers = { ...answer.headers };
    delete headers.connection;
    delete headers['keep-alive'];
    delete headers['transfer-encoding'];
    if (this.switches.secondPolicy) {
      const policies = [headers['content-security-policy'] ?? [], this.switches.secondPolicy].flat();
      headers['content-security-policy'] = policies;
    }
    const status = answer.statusCode ?? 502;
    const type = String(headers['content-type'] ?? '');
    if (type.startsWith('text/event-stream')) return this.stream(answer, response, status, headers);
    const mayTransform = !/no-transform/.test(String(headers['cache-control'] ?? ''));
    if (type.startsWith('text/html') && this.switches.rewriteEmails && mayTransform) {
      return this.rewrite(answer, response, headers, (body) =>
        Buffer.from(body.toString().replace(EMAIL, HIDDEN_EMAIL)),
      );
    }
    if (type.startsWith('application/json') && this.switches.json === 'gzip') {
      headers['content-encoding'] = 'gzip';
      return this.rewrite(answer, response, headers, gzipSync);
    }
    if (type.startsWith('application/json') && this.switches.json === 'byte-order-mark') {
      return this.rewrite(answer, response, headers, (body) => Buffer.concat([Buffer.from('\ufeff'), body]));
    }
    response.writeHead(status, headers);
    answer.pipe(response);
    answer.on('error', () => response.destroy());
  }

  private rewrite(
    answer: IncomingMessage,
    response: ServerResponse,
    headers: Headers,
    change: (body: Buffer) => Buffer,
  ): void {
    const parts: Buffer[] = [];
    answer.on('data', (part: Buffer) => parts.push(part));
    answer.on('error', () => response.destroy());
    answer.on('end', () => {
      const body = parts.length > 0 ? change(Buffer.concat(parts)) : Buffer.alloc(0);
      delete headers['content-length'];
      response.writeHead(answer.statusCode ?? 502, headers).end(body);
    });
  }

  private stream(answer: IncomingMessage, response: ServerResponse, status: number, headers: Headers): void {
    const { holdStreams, compressStreams, cutStreamsAfterMillis, silenceStreamsAfterMillis } = this.switches;
    answer.on('error', () => response.destroy());
    if (cutStreamsAfterMillis !== undefined) {
      const timer = setTimeout(() => response.destroy(), cutStreamsAfterMillis);
      response.on('close', () => clearTimeout(timer));
    }
    if (compressStreams) {
      headers['content-encoding'] = 'gzip';
      delete headers['content-length'];
    }
    response.writeHead(status, headers).flushHeaders();
    if (compressStreams) {
      answer.pipe(createGzip()).pipe(response);
      return;
    }
    const began = Date.now();
    const held: Buffer[] = [];
    answer.on('data', (part: Buffer) => {
      if (holdStreams) held.push(part);
      else if (Date.now() - began < (silenceStreamsAfterMillis ?? Infinity)) response.write(part);
    });
    answer.on('end', () => response.end(Buffer.concat(held)));
  }
}
