// One customer never learns of another's bank: somebody else's connection answers like one that does not exist.
import { randomUUID } from 'node:crypto';
import { expect, ownPortal, test } from '../support/test';

test('another organization’s connection answers like a missing one', async ({ person, meet }) => {
  const foreign = await person.startsSetupOfUnlisted('Private Bank', ownPortal());
  const missing = foreign.replace(/[0-9a-f]{8}$/, '00000000');
  const stranger = await meet({ org: `org-${randomUUID()}` });

  const pages = ['', '/setup', '/setup?step=finish', '/setup?step=delegated-user'];
  for (const page of pages) {
    const answers = [];
    for (const id of [foreign, missing]) {
      const response = await stranger.page.goto(stranger.url(`/connections/${id}${page}`));
      const main = await stranger.page.getByRole('main').innerText();
      answers.push({ status: response?.status(), text: withoutCodes(main) });
    }
    expect(answers[0]?.status, page).toBe(404);
    expect(answers[0], page).toEqual(answers[1]);
    expect(answers[0]?.text).not.toContain('Private Bank');
  }

  const functions: [name: string, fields: Record<string, string>][] = [
    ['get_connection', {}],
    ['confirm_user_created', {}],
    ['submit_finish', { delegated_user_active: 'true', accept_terms: 'true', bank_username: 'x' }],
  ];
  for (const [name, fields] of functions) {
    const answers = [];
    for (const id of [foreign, missing]) {
      const response = await stranger.context.request.post(stranger.url(`/api/${name}`), {
        form: { connection_id: id, ...fields },
        headers: { accept: 'application/json' },
      });
      const { supportCode, ...body } = (await response.json()) as Record<string, unknown>;
      expect(supportCode, name).toEqual(expect.any(String));
      answers.push({ status: response.status(), body });
    }
    expect(answers[0], name).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect(answers[0], name).toEqual(answers[1]);
  }

  await stranger.opensList();
  await expect(stranger.listed('Private Bank')).toHaveCount(0);
  // Nothing of it has moved the owner's setup.
  await person.reload();
  await person.sees('Create the delegated user');
});

test('somebody who is signed out sees the sign-in and nothing else', async ({ person }) => {
  const id = await person.startsSetupOfUnlisted('Locked Bank', ownPortal());
  await person.context.clearCookies();
  for (const path of ['/', '/new', `/connections/${id}`, `/connections/${id}/setup`]) {
    await person.page.goto(person.url(path));
    await expect(person.page.getByRole('main')).not.toContainText('Locked Bank');
    await expect(person.page.getByRole('main')).toContainText(/sign in/i);
  }
  const refused = await person.context.request.post(person.url('/api/get_connection'), {
    form: { connection_id: id },
    headers: { accept: 'application/json' },
  });
  expect(refused.status()).toBe(401);
  expect(await refused.json()).toMatchObject({ code: 'signed_out' });
});

test('a form on another site changes nothing', async ({ person }) => {
  const id = await person.startsSetupOfUnlisted('Guarded Bank', ownPortal());
  const refused = await person.context.request.post(person.url('/api/confirm_user_created'), {
    form: { connection_id: id },
    headers: { origin: 'https://elsewhere.example', 'sec-fetch-site': 'cross-site', accept: 'application/json' },
  });
  expect(refused.status()).toBe(403);
  await person.reload();
  await person.sees('Create the delegated user');
});

/** The text of a page without its support code, which is new for every request. */
function withoutCodes(text: string): string {
  return text.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'code').replace(/\b[0-9A-Za-z]{20,}\b/g, 'code');
}
