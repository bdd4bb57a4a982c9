// What a step weighs on its way to a browser that has nothing of it yet: its HTML and the style sheet, compressed.
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

async function weighPage(person: Person): Promise<number> {
  const cookies = await person.context.cookies();
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
  const style = await person.page.locator('link[rel=stylesheet]').first().getAttribute('href');
  return (await weigh(person.page.url(), cookie)) + (await weigh(new URL(style ?? '', person.page.url()).href, cookie));
}

test('each step is light', { tag: '@javascript' }, async ({ person, simulator }) => {
  const weights: Record<string, number> = {};
  const at = async (step: string) => (weights[step] = await weighPage(person));
  await person.opensList();
  await at('list');
  await person.startsConnecting();
  await at('connection details');
  const id = await person.startsSetupOf(STANDARD_BANK);
  await at('delegated user');
  await person.saysThatUserExists();
  await at('finish setup');
  await person.confirmsAndFinishes();
  await person.sees('Activating your connection');
  await simulator.keepActivating(id);
  await at('activation');
  await simulator.connect(id);
  await person.open(`/connections/${id}`);
  await person.sees(STANDARD_BANK.name);
  await at('detail');
  test.info().annotations.push({ type: 'bytes', description: JSON.stringify(weights) });
  for (const [step, bytes] of Object.entries(weights)) expect(bytes, step).toBeLessThanOrEqual(MOST_BYTES);
});
