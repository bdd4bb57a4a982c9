// Which forms the program sends itself, and how: only those of its own part of the page, below the mount, and just as the
// browser would have sent them.
import type { Page } from '@playwright/test';
import { expect, test } from '../support/test';

const BASE = '/shop/banks';

/** Names of fields that hide what a form is asked and told by. */
const HIDING = [
  ...['action', 'method', 'submit', 'target', 'enctype', 'elements', 'rel', 'id', 'parentNode', 'ownerDocument'],
  ...['getAttribute', 'hasAttribute', 'setAttribute', 'removeAttribute', 'toggleAttribute', 'closest', 'matches'],
  ...['querySelector', 'querySelectorAll', 'prepend', 'requestSubmit', 'addEventListener', 'dispatchEvent'],
].map((name) => `<input type="hidden" name="${name}" value="x">`).join('');

interface Case {
  what: string;
  form: string;
  /** Where the form is: in the host's part of the page, or in ours. */
  in: 'chrome' | 'main';
  /** Who sends it. */
  sends: 'browser' | 'program';
  /** What is sent: the method and a part of the address or body. */
  request: [method: string, url: RegExp, body?: RegExp];
}

const CASES: Case[] = [
  {
    what: "a form of the host's",
    form: `<form method="post" action="/probe">${HIDING}<input name="q" value="1"><button name="go" value="2">Send</button></form>`,
    in: 'chrome',
    sends: 'browser',
    request: ['POST', /\/probe$/, /method=x.*q=1.*go=2/],
  },
  {
    what: "a form of the host's below the mount",
    form: `<form action="${BASE}/">${HIDING}<button>Send</button></form>`,
    in: 'chrome',
    sends: 'browser',
    request: ['GET', /\/banks\/\?.*method=x/],
  },
  {
    what: 'a form beside the mount',
    form: '<form method="post" action="/probe"><input name="q" value="1"><button>Send</button></form>',
    in: 'main',
    sends: 'browser',
    request: ['POST', /\/probe$/, /q=1/],
  },
  {
    what: 'a form whose fields have names of its own properties',
    form: `<form action="${BASE}/?gone=1">${HIDING}<input name="status" value="draft"><button>Send</button></form>`,
    in: 'main',
    sends: 'program',
    request: ['GET', /\/banks\/\?(?!.*gone).*method=x.*status=draft/],
  },
  {
    what: 'a form to its own page, with the button that was pressed',
    form: '<form><input name="status" value="draft"><button name="go" value="no">No</button><button name="go" value="yes">Send</button></form>',
    in: 'main',
    sends: 'program',
    request: ['GET', /\/banks\/\?status=draft&go=yes$/],
  },
  {
    what: 'a button with an address and a method of its own',
    form: `<form method="post" action="/probe"><input name="status" value="draft"><button formaction="${BASE}/" formmethod="GET">Send</button></form>`,
    in: 'main',
    sends: 'program',
    request: ['GET', /\/banks\/\?status=draft$/],
  },
  {
    what: 'a button that leads beside the mount',
    form: `<form action="${BASE}/"><input name="q" value="1"><button formaction="/probe" formmethod="post">Send</button></form>`,
    in: 'main',
    sends: 'browser',
    request: ['POST', /\/probe$/, /q=1/],
  },
  {
    what: 'a form in another encoding',
    form: `<form method="post" enctype="multipart/form-data" action="${BASE}/probe"><input name="q" value="1"><button>Send</button></form>`,
    in: 'main',
    sends: 'browser',
    request: ['POST', /\/banks\/probe$/, /name="q"/],
  },
  {
    what: 'a button in another encoding',
    form: `<form method="post" action="${BASE}/probe"><input name="q" value="1"><button formenctype="text/plain">Send</button></form>`,
    in: 'main',
    sends: 'browser',
    request: ['POST', /\/banks\/probe$/, /^q=1\s*$/],
  },
  {
    what: 'a form with a file',
    form: `<form method="post" action="${BASE}/probe"><input type="file" name="statement"><button>Send</button></form>`,
    in: 'main',
    sends: 'browser',
    request: ['POST', /\/banks\/probe$/, /statement=/],
  },
  {
    what: 'a form with a method that there is not',
    form: `<form method="put" action="${BASE}/"><input name="status" value="draft"><button>Send</button></form>`,
    in: 'main',
    sends: 'program',
    request: ['GET', /\/banks\/\?status=draft$/],
  },
];

/** Runs in the page: adds a form, and marks the document, which a reload would lose. */
function addForm({ form, place }: { form: string; place: string }): void {
  const parent = document.createElement('div');
  parent.innerHTML = form;
  parent.id = 'send';
  const main = document.querySelector('main');
  if (place === 'main') main?.prepend(parent);
  else main?.before(parent);
  Reflect.set(window, 'sameDocument', true);
}

/** Runs in the page: presses the last button. What finds elements by their roles stumbles over such forms itself. */
function pressSend(): void {
  [...document.querySelectorAll<HTMLButtonElement>('#send button')].at(-1)?.click();
}

const isSameDocument = (page: Page) => page.evaluate(() => Reflect.get(window, 'sameDocument') === true);

test('a form is sent by whom it belongs to, and as the browser would send it', { tag: '@javascript' }, async ({ startAlone }) => {
  const { person } = await startAlone({ basePath: BASE });
  const { page } = person;
  const failures: string[] = [];
  page.on('pageerror', (error) => failures.push(error.message));
  await page.route(/\/probe$/, (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html><h1>Probed</h1>' }));

  for (const { what, form, in: place, sends, request } of CASES) {
    await test.step(what, async () => {
      await person.open('/');
      await page.evaluate(addForm, { form, place });
      const [method, url, body] = request;
      const sent = page.waitForRequest((candidate) => candidate.method() === method && url.test(candidate.url()));
      await page.evaluate(pressSend);
      const found = await sent;
      expect(found.resourceType()).toBe(sends === 'browser' ? 'document' : 'fetch');
      if (body) expect(found.postData() ?? '').toMatch(body);
      if (sends === 'program') {
        await expect(page.locator('#send')).toHaveCount(0);
        expect(await isSameDocument(page)).toBe(true);
      } else {
        await page.waitForFunction(() => Reflect.get(window, 'sameDocument') !== true);
      }
    });
  }

  await test.step('a form for another window opens it', async () => {
    for (const form of [
      `<form action="${BASE}/" target="_blank"><button>Send</button></form>`,
      `<form action="${BASE}/"><button formtarget="elsewhere">Send</button></form>`,
    ]) {
      await person.open('/');
      await page.evaluate(addForm, { form, place: 'main' });
      const opened = page.context().waitForEvent('page');
      await page.evaluate(pressSend);
      await (await opened).close();
      expect(await isSameDocument(page)).toBe(true);
    }
  });

  await test.step('a dialog is closed, and nothing is sent', async () => {
    await person.open('/');
    const form = '<dialog open><form method="dialog"><button value="fine">Send</button></form></dialog>';
    await page.evaluate(addForm, { form, place: 'main' });
    await page.evaluate(pressSend);
    await expect(page.locator('dialog')).toBeHidden();
    expect(await page.locator('dialog').evaluate((dialog: HTMLDialogElement) => dialog.returnValue)).toBe('fine');
    expect(await isSameDocument(page)).toBe(true);
  });

  await test.step('a form that cannot be sent says so, whatever its fields are called', async () => {
    await person.open('/');
    const form = `<form method="post" action="${BASE}/api/probe">${HIDING}<button>Send</button></form>`;
    await page.evaluate(addForm, { form, place: 'main' });
    await page.route(/\/api\/probe/, (route) => route.abort());
    for (let times = 0; times < 2; times += 1) await page.evaluate(pressSend);
    await page.waitForFunction(() => document.querySelectorAll('main [data-not-sent]').length === 1);
  });

  await test.step('a form that is turned away for now keeps what was typed, and says why', async () => {
    await person.open('/');
    const form = `<form method="post" action="${BASE}/api/probe"><input name="typed" value="kept"><button>Send</button></form>`;
    await page.evaluate(addForm, { form, place: 'main' });
    for (const status of [429, 503]) {
      const build = await page.locator('meta[name="connect-build"]').getAttribute('content');
      await page.route(/\/api\/probe/, (route) =>
        route.fulfill({
          status,
          contentType: 'text/html',
          body: `<!doctype html><meta name="connect-build" content="${build}"><main><div data-screen="problem"><h1>No</h1><p>Refused with ${status}.</p></div></main>`,
        }),
      );
      await page.evaluate(pressSend);
      await expect(page.getByRole('alert')).toHaveText(`Refused with ${status}.`);
      await expect(page.locator('main input[name="typed"]')).toHaveValue('kept');
    }
  });
  expect(failures).toEqual([]);
});
