// What a step weighs on its way to a browser that has nothing of it yet: its HTML and the style sheet, compressed. Asked for
// without a browser, of the build under test.
import { get } from 'node:http';
import { STANDARD_BANK, type Person } from '../support/person';
import { expect, test } from '../support/test';

/** Of HTML and CSS together. */
const MOST_BYTES = 15_000;

/** The bytes of an answer as they travel. */
async function weigh(url: string, cookie: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = get(url, { headers: { cookie, accept: 'text/html,*/*', 'accept-encoding': 'br' } }, (answer) => {
      if (answer.statusCode !== 200 || answer.headers['content-encoding'] !== 'br') {
        reject(new Error(`${url}: ${answer.statusCode}, ${answer.headers['content-encoding']}`));
      }
      let bytes = 0;
      answer.on('data', (part: Buffer) => (bytes += part.length));
      answer.on('end', () => resolve(bytes));
    });
    request.on('error', reject);
  });
}

async function weighPage(person: Person, path: string, heading: string): Promise<number> {
  const url = person.url(path);
  const html = await (await person.context.request.get(url)).text();
  expect(html, `${path} is the page "${heading}"`).toMatch(new RegExp(`<h1[^>]*>${heading}</h1>`));
  const [, style = ''] = /<link[^>]*rel="?stylesheet"?[^>]*href="([^"]+)"/.exec(html) ?? /href="([^"]+\.css)"/.exec(html) ?? [];
  const cookies = await person.context.cookies();
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
  return (await weigh(url, cookie)) + (await weigh(new URL(style, url).href, cookie));
}

test('each step is light', { tag: '@javascript' }, async ({ person, simulator }) => {
  const weights: Record<string, number> = {};
  const at = async (step: string, path: string, heading: string) =>
    (weights[step] = await weighPage(person, path, heading));
  await at('list', '/', 'Bank connections');
  await at('connection details', '/new', 'Connection details');
  const id = await person.hasBegunAt(STANDARD_BANK);
  const setup = `/connections/${id}/setup`;
  await at('delegated user', setup, 'Create the delegated user');
  await at('finish setup', `${setup}?step=finish`, 'Finish setup');
  await person.posts('submit_finish', { connection_id: id, delegated_user_active: 'on', accept_terms: 'on' });
  await simulator.keepActivating(id);
  await at('activation', setup, 'Activating your connection');
  await simulator.connect(id);
  // Its transactions, which most of the page is, are there after the first sync.
  await expect(async () => {
    const page = await person.context.request.get(person.url(`/connections/${id}`));
    expect(await page.text()).toContain('class="transactions"');
  }).toPass();
  await at('detail', `/connections/${id}`, STANDARD_BANK.name);
  test.info().annotations.push({ type: 'bytes', description: JSON.stringify(weights) });
  for (const [step, bytes] of Object.entries(weights)) expect(bytes, step).toBeLessThanOrEqual(MOST_BYTES);
});
