// Viewers without a browser: each holds a stream of events open and remembers what came.
import { Agent, get, type ClientRequest } from 'node:http';
import { token } from '../support/production';

/** Streams that one person may hold open in one browser. */
const A_SESSION = 6;

export class Viewers {
  private readonly requests = new Set<ClientRequest>();
  private readonly agent = new Agent({ maxSockets: Infinity });
  private readonly came: string[] = [];

  constructor(
    private readonly url: string,
    private readonly org: string,
  ) {}

  /** How many have their first look. */
  get open(): number {
    return this.came.filter(Boolean).length;
  }

  /** How many have been told that. */
  told(text: string): number {
    return this.came.filter((came) => came.includes(text)).length;
  }

  /** Opens more until there are so many. Those that are refused, because a customer asks too often, count as none. */
  async grow(wanted: number): Promise<void> {
    const missing = Array.from({ length: wanted }, (_, number) => number).filter((number) => !this.came[number]);
    await Promise.all(missing.map((number) => this.look(number)));
  }

  close(): void {
    for (const request of this.requests) request.destroy();
    this.agent.destroy();
  }

  /** One stream; done when the present state has come, or when it was refused. */
  private look(number: number): Promise<void> {
    const user = `viewer-${Math.floor(number / A_SESSION)}`;
    const headers = {
      Accept: 'text/event-stream',
      Authorization: `Bearer ${token({ sub: user, org: this.org })}`,
      'User-Agent': 'a browser of theirs',
    };
    return new Promise((resolve, reject) => {
      const request = get(`${this.url}/events`, { headers, agent: this.agent }, (answer) => {
        if (answer.statusCode !== 200) {
          answer.resume();
          this.requests.delete(request);
          return answer.statusCode === 429 ? resolve() : reject(new Error(`a stream was answered ${answer.statusCode}`));
        }
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (part: string) => {
          text += part;
          // The last block of the first look has an id.
          if (/^id:/m.test(text)) {
            this.came[number] = text;
            resolve();
          }
        });
        answer.on('error', () => {});
        // A stream that ends is one viewer less, which a test would notice.
        answer.on('close', () => (this.came[number] = ''));
      });
      this.requests.add(request);
      request.on('error', reject);
    });
  }
}
