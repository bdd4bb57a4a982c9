// Nobody is held back: a form that is half filled in is left without a question, by every way out.
import type { Page } from '@playwright/test';
import type { Person } from '../support/person';
import { expect, ownPortal, test } from '../support/test';

test('a form that is half filled in is left without a question', { tag: '@javascript' }, async ({ person, simulator }) => {
  const id = await person.hasBegun('Left Bank', ownPortal());
  const expired = await person.hasBegun('Expired Bank', ownPortal());
  await simulator.put(expired, { kind: 'ready', status: 'reauthRequired' });
  const forms = [
    ['/new?unlisted=true', 'Bank name', 'Cancel'],
    [`/connections/${id}/setup?step=finish`, 'Bank username', 'Finish later'],
    [`/connections/${expired}`, 'Password', 'All bank connections'],
    [`/connections/${expired}/remove`, 'Name of the connection', 'Keep the connection'],
  ] as const;
  const asked = listens(person.page);
  for (const [path, field, way] of forms) {
    await person.open(path);
    await beginsToType(person, field);
    await person.reload();
    await beginsToType(person, field);
    await person.link(way).first().click();
    await expect(person.textbox(field)).toHaveCount(0);
    await person.ready();
    expect(asked, `${path} asked`).toEqual([]);
  }

  // A browser asks when a tab is closed as it does before a reload, which every form was tried with.
  const tab = await person.inNewTab();
  const askedThere = listens(tab.page);
  await tab.open(forms[2][0]);
  await beginsToType(tab, forms[2][1]);
  const closed = tab.page.waitForEvent('close');
  await tab.page.close({ runBeforeUnload: true });
  await closed;
  expect(askedThere, 'asked when its tab was closed').toEqual([]);

  // A page that did ask would be heard here.
  await person.open(forms[0][0]);
  await beginsToType(person, forms[0][1]);
  await person.page.evaluate(() => window.addEventListener('beforeunload', (event) => event.preventDefault()));
  await person.page.goto('about:blank');
  expect(asked).toEqual(['beforeunload']);
});

/** What the page asks from now on; every question is answered with yes. */
function listens(page: Page): string[] {
  const asked: string[] = [];
  page.on('dialog', (dialog) => {
    asked.push(dialog.type());
    void dialog.accept();
  });
  return asked;
}

/** Types as a person does: a browser lets no page ask before somebody has touched it. */
async function beginsToType(person: Person, field: string): Promise<void> {
  await person.textbox(field).click();
  await person.page.keyboard.type('half');
}
