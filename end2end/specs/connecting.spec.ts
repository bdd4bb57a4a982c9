// The main job: from the list of connections to a connected bank, with JavaScript and without. What each page says, what
// each form answers and what Waycore receives is in server/tests/it.
import { PORTALS_BANK, STANDARD_BANK } from '../support/person';
import { expect, ownPortal, test } from '../support/test';

test('a bank of the catalog is connected', async ({ person, simulator }) => {
  await test.step('the catalog shows name and domain, and nothing is chosen beforehand', async () => {
    await person.startsConnecting();
    await expect(person.currentStep()).toHaveText(/Connection details/);
    if (person.hasJavaScript) {
      await person.page.getByRole('combobox', { name: 'Bank', exact: true }).fill(STANDARD_BANK.name);
      const option = person.page.getByRole('option', { name: STANDARD_BANK.name });
      await expect(option).toContainText('standard-test-bank.example');
      await expect(person.page.getByRole('option', { selected: true })).toHaveCount(0);
      await person.chooses(STANDARD_BANK);
    } else {
      await person.page.getByRole('searchbox', { name: 'Bank', exact: true }).fill(STANDARD_BANK.name);
      await person.button('Search').click();
      const bank = person.page.getByRole('radio', { name: /^Standard Test Bank, \S*standard-test-bank\.example$/ });
      await expect(bank).toBeVisible();
      await expect(person.page.getByRole('radio', { checked: true })).toHaveCount(0);
      await bank.check();
    }
    await person.continues();
  });

  await test.step('the delegated user is shown, and a reload stays there', async () => {
    await person.sees('Create the delegated user');
    await expect(person.currentStep()).toHaveText(/Delegated user/);
    for (const term of ['First name', 'Last name', 'Address', 'Username', 'Email', 'Phone number']) {
      await expect(person.detail(term), term).toHaveText(/\S/);
    }
    await expect(person.link('Setup guide')).toHaveAttribute('href', 'https://docs.waycore.com/user-setup');
    await expect(person.link('Open bank portal')).toHaveAttribute('href', /\/demo\/bank-portal\/conn_/);
    await expect(person.portalHost()).toHaveText('portal.standard-test-bank.example');
    await expect(person.link('Finish later')).toBeVisible();
    await person.reload();
    await person.sees('Create the delegated user');
    await person.saysThatUserExists();
  });

  await test.step('a form that is not complete keeps what was typed, the password only where nothing was sent, and goes on', async () => {
    await person.reload();
    await person.sees('Finish setup');
    await expect(person.currentStep()).toHaveText(/Finish setup/);
    await person.fillsIn({ username: 'wc-acme', customerId: '4711', password: 'issued by the bank' });
    await person.checkbox('The delegated user is active').check();
    await person.button('Finish setup').click();
    await expect(person.checkbox('I accept the Waycore terms of use')).toHaveAccessibleDescription(/Accept the terms of use/);
    await person.sees('Finish setup');
    await expect(person.textbox('Bank username')).toHaveValue('wc-acme');
    await expect(person.textbox('Customer ID')).toHaveValue('4711');
    await expect(person.textbox('Password')).toHaveValue(person.hasJavaScript ? 'issued by the bank' : '');
    await person.fillsIn({ password: 'issued by the bank' });
    await person.confirmsAndFinishes();
    await person.sees('Activating your connection');
  });

  await test.step('the activation turns into the connection by itself', async () => {
    const id = person.connectionId();
    await simulator.keepActivating(id);
    await expect(person.currentStep()).toHaveText(/Activation/);
    await expect(
      person.page.getByText('Waycore is finalizing activation and will start the first sync automatically.'),
    ).toBeVisible();
    const written = (await simulator.receivedFor(id)).filter(({ method }) => method === 'PUT');
    expect(written.map(({ path }) => path.split('/').at(-1))).toEqual(['credentials', 'setupCompletion']);
    await simulator.connect(id);
    await person.seesConnected(STANDARD_BANK.name);
  });

  await person.opensList();
  await expect(person.listed(STANDARD_BANK.name)).toHaveCount(1);
  await expect(person.listed(STANDARD_BANK.name)).toContainText('Connected');
});

test('a bank that is not listed is connected once by its portal, byte for byte, also with a double click', async ({
  person,
  simulator,
}) => {
  const portal = ownPortal('/Corporate/LOGIN.aspx?Region=EU&next=%2Fhome%20page&q=a+b#Start');
  await person.open('/new?unlisted=true');
  await person.fillsInUnlistedBank('Our House Bank', `  ${portal}  `);
  await person.button('Continue').dblclick();
  await person.sees('Create the delegated user');
  await expect(person.portalHost()).toHaveText(new URL(portal).host);
  const sent = (await simulator.receivedNaming(portal)).filter(({ method }) => method === 'POST');
  // The second click may have been sent too; it found the connection of the first.
  const created = sent.filter(({ path, status }) => path === '/v1/connections' && status === 201);
  expect(created.map(({ body }) => body)).toEqual([{ entityId: expect.any(String), portalUrl: portal }]);
});

test('another portal of a connected bank is chosen, asked about, and then connected too', {
  tag: '@javascript',
}, async ({ person, simulator }) => {
  const corporate = 'https://corporate.three-portals-test-bank.example/Login?Region=EU';
  const treasury = 'https://treasury.three-portals-test-bank.example/sign-in';
  await person.posts('start_connection', { institution_id: PORTALS_BANK.id, portal_url: corporate });
  await person.open('/new');
  await person.chooses(PORTALS_BANK);
  const portals = person.page.getByRole('radiogroup', { name: 'Bank portal' }).or(
    person.page.getByRole('group', { name: 'Bank portal' }),
  );
  await expect(portals.getByRole('radio')).toHaveCount(3);
  const chosen = portals.getByRole('radio', { name: treasury });
  await chosen.check();
  await person.continues();
  await expect(person.page.getByText('has connected another portal of this bank')).toBeVisible();
  await person.sees('Connection details');
  await expect(chosen, 'what was chosen is still chosen').toBeChecked();
  await person.checkbox('Connect this portal too').check();
  await person.continues();
  await person.sees('Create the delegated user');
  await expect(person.portalHost()).toHaveText(new URL(treasury).host);
  const received = await simulator.receivedFor(person.connectionId());
  const created = received.find(({ method, path }) => method === 'POST' && path === '/v1/connections');
  expect(created?.body).toMatchObject({ institutionId: PORTALS_BANK.id, portalUrl: treasury });
});
