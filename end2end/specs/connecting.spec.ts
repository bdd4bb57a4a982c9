// The main job: from the list of connections to a connected bank.
import { PORTALS_BANK, STANDARD_BANK } from '../support/person';
import { expect, ownPortal, test } from '../support/test';

test('a bank of the catalog is connected', async ({ person, simulator }) => {
  await person.startsConnecting();
  await expect(person.currentStep()).toHaveText(/Connection details/);
  await person.chooses(STANDARD_BANK);
  await person.continues();

  await person.sees('Create the delegated user');
  await expect(person.currentStep()).toHaveText(/Delegated user/);
  for (const term of ['First name', 'Last name', 'Address', 'Username', 'Email', 'Phone number']) {
    await expect(person.detail(term), term).toHaveText(/\S/);
  }
  await expect(person.link('Setup guide')).toHaveAttribute('href', 'https://docs.waycore.com/user-setup');
  await expect(person.link('Open bank portal')).toHaveAttribute(
    'href',
    'https://portal.standard-test-bank.example/login',
  );
  const id = person.connectionId();
  await expect(person.link('Finish later')).toBeVisible();
  await person.saysThatUserExists();

  await expect(person.currentStep()).toHaveText(/Finish setup/);
  await person.fillsIn({ username: 'wc-acme', customerId: '4711', password: 'issued by the bank' });
  await person.confirmsAndFinishes();

  await person.sees('Activating your connection');
  await expect(person.currentStep()).toHaveText(/Activation/);
  await expect(
    person.page.getByText('Waycore is finalizing activation and will start the first sync automatically.'),
  ).toBeVisible();
  await simulator.connect(id);
  await person.seesConnected(STANDARD_BANK.name);

  await person.opensList();
  await expect(person.listed(STANDARD_BANK.name)).toHaveCount(1);
  await expect(person.listed(STANDARD_BANK.name)).toContainText('Connected');
});

test('a bank that is not listed is connected by its portal, byte for byte', async ({ person, simulator }) => {
  const portal = ownPortal('/Corporate/LOGIN.aspx?Region=EU&next=%2Fhome%20page&q=a+b#Start');
  const id = await person.startsSetupOfUnlisted('Our House Bank', portal);
  const [created, ...others] = (await simulator.receivedNaming(portal)).filter(({ method }) => method === 'POST');
  expect(others).toEqual([]);
  expect(created?.path).toBe('/v1/connections');
  expect(created?.body).toEqual({ entityId: expect.any(String), portalUrl: portal });

  // The name that the customer typed stays here.
  await person.finishesSetup();
  await simulator.connect(id);
  await person.seesConnected('Our House Bank');
  expect(await simulator.receivedNaming('Our House Bank')).toEqual([]);
});

test('a portal is trimmed at its ends and nothing else', async ({ person, simulator }) => {
  const portal = ownPortal('/Login');
  await person.startsSetupOfUnlisted('Our House Bank', `  ${portal}  `);
  const created = (await simulator.receivedNaming(portal)).find(({ method }) => method === 'POST');
  expect(created?.body?.portalUrl).toBe(portal);
});

test('a bank with several portals is connected by the one that was chosen', async ({ person, simulator }) => {
  await person.startsConnecting();
  await person.chooses(PORTALS_BANK);
  const portals = person.page.getByRole('radiogroup', { name: 'Bank portal' }).or(
    person.page.getByRole('group', { name: 'Bank portal' }),
  );
  await expect(portals.getByRole('radio')).toHaveCount(3);
  const chosen = 'https://corporate.three-portals-test-bank.example/Login?Region=EU';
  await portals.getByRole('radio', { name: chosen }).check();
  await person.continues();
  await person.sees('Create the delegated user');
  await expect(person.link('Open bank portal')).toHaveAttribute('href', chosen);
  const received = await simulator.receivedFor(person.connectionId());
  const created = received.find(({ method, path }) => method === 'POST' && path === '/v1/connections');
  expect(created?.body).toMatchObject({ institutionId: PORTALS_BANK.id, portalUrl: chosen });
});

test('another portal of a connected bank is asked about before it is connected', async ({ person }) => {
  const portals = {
    corporate: 'https://corporate.three-portals-test-bank.example/Login?Region=EU',
    treasury: 'https://treasury.three-portals-test-bank.example/sign-in',
  };
  const choosesPortal = async (portal: string) => {
    await person.startsConnecting();
    await person.chooses(PORTALS_BANK);
    await person.page.getByRole('radio', { name: portal }).check();
    await person.continues();
  };
  await choosesPortal(portals.corporate);
  await person.sees('Create the delegated user');
  const first = person.connectionId();
  await choosesPortal(portals.corporate);
  await person.sees('Create the delegated user');
  expect(person.connectionId(), 'the same portal leads to its connection').toBe(first);
  await choosesPortal(portals.treasury);
  await person.sees('Connection details');
  await expect(person.page.getByText('has connected another portal of this bank')).toBeVisible();
  const portal = person.page.getByRole('radio', { name: portals.treasury });
  await expect(portal, 'what was chosen is still chosen').toBeChecked();
  await person.checkbox('Connect this portal too').check();
  await person.continues();
  await person.sees('Create the delegated user');
  expect(person.connectionId()).not.toBe(first);
});

test('the catalog shows name and domain, and nothing is chosen beforehand', async ({ person }) => {
  await person.startsConnecting();
  if (person.hasJavaScript) {
    await person.page.getByRole('combobox', { name: 'Bank', exact: true }).fill(STANDARD_BANK.name);
    const option = person.page.getByRole('option', { name: STANDARD_BANK.name });
    await expect(option).toContainText('standard-test-bank.example');
    await expect(person.page.getByRole('option', { selected: true })).toHaveCount(0);
  } else {
    await person.page.getByRole('searchbox', { name: 'Bank', exact: true }).fill(STANDARD_BANK.name);
    await person.button('Search').click();
    await expect(
      person.page.getByRole('radio', { name: /^Standard Test Bank, \S*standard-test-bank\.example$/ }),
    ).toBeVisible();
    await expect(person.page.getByRole('radio', { checked: true })).toHaveCount(0);
  }
});

test('two banks stand in the list, the newest first', async ({ person }) => {
  await person.startsSetupOfUnlisted('First Bank', ownPortal());
  await person.startsSetupOfUnlisted('Second Bank', ownPortal());
  await person.opensList();
  await expect(person.listed(/First Bank|Second Bank/)).toHaveText([/Second Bank/, /First Bank/]);
  await expect(person.listed('First Bank')).toContainText('Setup in progress');
});

test('in a list of banks each has its usual portal chosen', { tag: '@no-javascript' }, async ({ person, simulator }) => {
  await person.startsConnecting();
  await person.page.getByRole('searchbox', { name: 'Bank', exact: true }).fill('test bank');
  await person.button('Search').click();
  const portals = person.page.getByRole('radiogroup', { name: 'Bank portal', exact: true });
  await expect(portals.first()).toBeVisible();
  for (const bank of await portals.all()) {
    await expect(bank.getByRole('radio', { checked: true })).toHaveCount(1);
    await expect(bank.getByRole('radio').first()).toBeChecked();
  }
  // A portal of the one bank is no portal of the other.
  await person.page.getByRole('radio', { name: STANDARD_BANK.name }).check();
  await person.continues();
  await person.sees('Create the delegated user');
  const received = await simulator.receivedFor(person.connectionId());
  const created = received.find(({ method, path }) => method === 'POST' && path === '/v1/connections');
  expect(created?.body).toMatchObject({ institutionId: STANDARD_BANK.id });
  expect(created?.body).not.toHaveProperty('portalUrl');
});

test('an address that was wrong is corrected from what is known', async ({ person, simulator }) => {
  const [wrong, right] = [ownPortal('/login'), ownPortal('/business')];
  const first = await person.startsSetupOfUnlisted('Mistaken Bank', wrong);
  await simulator.put(first, { kind: 'ready', status: 'invalidConfig' });
  await person.open(`/connections/${first}`);
  await expect(person.page.getByRole('main').locator('section').filter({ hasText: 'needs a correction' })).toContainText(wrong);
  await person.link('Start again with a corrected URL').click();
  await person.sees('Connection details');
  await expect(person.textbox('Bank name')).toHaveValue('Mistaken Bank');
  await expect(person.textbox('Bank portal URL')).toHaveValue(wrong);
  await person.textbox('Bank portal URL').fill(right);
  await person.continues();
  await person.sees('Create the delegated user');
  expect(person.connectionId()).not.toBe(first);
  await expect(person.link('Open bank portal')).toHaveAttribute('href', right);
  await person.opensList();
  await expect(person.listed('Mistaken Bank').filter({ hasText: 'Needs correction' })).toBeVisible();
});
