// A setup takes hours or days: it goes on where it stood, after a reload, from the list, in another browser.
import { INSTANT_BANK } from '../support/person';
import { expect, ownPortal, test } from '../support/test';

test('a reload stays on each step', async ({ person, simulator }) => {
  const id = await person.startsSetupOfUnlisted('Reloaded Bank', ownPortal());
  await person.reload();
  await person.sees('Create the delegated user');
  await person.saysThatUserExists();
  await person.reload();
  await person.sees('Finish setup');
  await person.confirmsAndFinishes();
  await person.sees('Activating your connection');
  await simulator.keepActivating(id);
  await person.reload();
  await person.sees('Activating your connection');
  await simulator.connect(id);
  await person.seesConnected('Reloaded Bank');
  await person.reload();
  await person.seesConnected('Reloaded Bank');
});

test('the list leads back to each step', async ({ person, simulator }) => {
  const resume = async () => {
    await person.opensList();
    await person.link('Listed Bank').click();
  };
  const id = await person.startsSetupOfUnlisted('Listed Bank', ownPortal());
  await resume();
  await person.sees('Create the delegated user');
  await person.saysThatUserExists();
  await resume();
  await person.sees('Finish setup');
  await person.confirmsAndFinishes();
  await person.sees('Activating your connection');
  await simulator.keepActivating(id);
  await resume();
  await person.sees('Activating your connection');
  await simulator.connect(id);
  await resume();
  await person.seesConnected('Listed Bank');
});

test('a colleague goes on in another browser', async ({ person, meet, simulator }) => {
  const id = await person.startsSetupOfUnlisted('Shared Bank', ownPortal());
  const colleague = await meet({ user: 'kim' });
  const opens = async () => {
    await colleague.opensList();
    await colleague.link('Shared Bank').click();
  };
  await opens();
  await colleague.sees('Create the delegated user');
  // What one confirms holds for the other.
  await person.saysThatUserExists();
  await opens();
  await colleague.sees('Finish setup');
  await colleague.confirmsAndFinishes();
  await colleague.sees('Activating your connection');
  await simulator.keepActivating(id);
  await person.reload();
  await person.sees('Activating your connection');
});

test('both steps of a draft can be looked at', async ({ person }) => {
  const id = await person.startsSetupOfUnlisted('Two Step Bank', ownPortal());
  await person.open(`/connections/${id}/setup?step=finish`);
  await person.sees('Finish setup');
  await person.open(`/connections/${id}/setup?step=delegated-user`);
  await person.sees('Create the delegated user');
});

test('a connection shows the page that its state asks for', async ({ person, simulator }) => {
  const id = await person.startsSetupOfUnlisted('Direct Bank', ownPortal());
  await person.open(`/connections/${id}`);
  await person.sees('Create the delegated user');
  expect(person.page.url()).toContain(`/connections/${id}/setup`);
  await simulator.connect(id);
  await person.open(`/connections/${id}/setup`);
  await person.seesConnected('Direct Bank');
  expect(person.page.url()).not.toContain('/setup');
});

test('Waycore asks again: a setup that was handed in comes back', async ({ person, simulator }) => {
  const id = await person.startsSetupOfUnlisted('Returned Bank', ownPortal());
  await person.finishesSetup();
  await simulator.put(id, {
    kind: 'setup',
    status: 'draft',
    actionRequiredBy: 'endUser',
    nextAction: 'provideCredentials',
  });
  await person.open(`/connections/${id}/setup`);
  await person.sees('Finish setup');
});

test('without JavaScript the activation reloads itself until it is stopped', {
  tag: '@no-javascript',
}, async ({ person, simulator }) => {
  const id = await person.startsSetupOfUnlisted('Patient Bank', ownPortal());
  await person.finishesSetup();
  await simulator.keepActivating(id);
  await expect(person.page.locator('meta[http-equiv="refresh"]')).toHaveAttribute('content', /^5\b/);
  await person.link('Stop reloading').click();
  await person.sees('Activating your connection');
  await expect(person.page.locator('meta[http-equiv="refresh"]')).toHaveCount(0);
});

test('two tabs of the same person do not get in each other’s way', async ({ person, context }) => {
  await person.startsSetupOf(INSTANT_BANK);
  const url = person.page.url();
  const second = await context.newPage();
  await second.goto(url);
  await second.getByRole('button', { name: 'I have created the user' }).click();
  await expect(second.getByRole('heading', { name: 'Finish setup' })).toBeVisible();
  // The first tab still shows the step before; pressing its button again is no harm.
  await person.button('I have created the user').or(person.button('Finish setup')).first().click();
  await person.sees('Finish setup');
});

test('the sheet for the bank’s administrator holds what is typed there, and fits on paper', async ({ person, simulator }) => {
  const portal = ownPortal('/Sign-In?region=EU');
  const id = await person.startsSetupOfUnlisted('Paper Bank', portal);
  const issued = await simulator.instructionsOf(id);
  await person.link('A sheet to print').click();
  await person.sees('Create a user at the bank');
  const main = person.page.getByRole('main');
  for (const text of ['Paper Bank', portal, issued.firstName, issued.lastName, issued.email, issued.phoneNumber]) {
    await expect(main).toContainText(text);
  }
  await person.page.emulateMedia({ media: 'print' });
  await expect(main.getByText(portal)).toBeVisible();
  await expect(person.page.getByRole('banner')).toBeHidden();
  await expect(person.link('Back to the setup')).toBeHidden();
  await person.page.emulateMedia({ media: 'screen' });
  await person.link('Back to the setup').click();
  await person.sees('Create the delegated user');
  await simulator.connect(id);
  await person.open(`/connections/${id}/sheet`);
  await expect(person.heading('Paper Bank')).toBeVisible();
});
