// A person of one customer in one browser, in verbs that a reader understands. Everything is found by role and label.
import { expect, type BrowserContext, type Locator, type Page } from '@playwright/test';

/** Who signs in. Every test makes up an org, so that no test meets another. */
export interface Identity {
  user: string;
  org: string;
  role?: 'viewer' | 'manager';
}

/** The values that a bank may have issued for the delegated user. */
export interface Issued {
  username?: string;
  customerId?: string;
  password?: string;
}

/** A bank of the simulator's catalog: its id finds it first. */
export interface ListedBank {
  id: string;
  name: string;
}

export const INSTANT_BANK: ListedBank = { id: 'sim-instant', name: 'Instant Test Bank' };
/** A bank that turns out to be connected already. */
export const READY_BANK: ListedBank = { id: 'sim-ready', name: 'Ready Test Bank' };
export const STANDARD_BANK: ListedBank = { id: 'sim-standard', name: 'Standard Test Bank' };
export const PROVISIONING_BANK: ListedBank = { id: 'sim-provisioning', name: 'Provisioning Test Bank' };
export const PORTALS_BANK: ListedBank = { id: 'sim-portals', name: 'Three Portals Test Bank' };

export class Person {
  /** What the browser complained of, for whoever reads why a page did not come to life. */
  private readonly trouble: string[] = [];

  constructor(
    readonly page: Page,
    readonly context: BrowserContext,
    readonly identity: Identity,
    private readonly base: string,
    readonly hasJavaScript: boolean,
  ) {
    page.on('pageerror', (error) => this.trouble.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') this.trouble.push(message.text());
    });
    page.on('requestfailed', (request) => this.trouble.push(`${request.url()}: ${request.failure()?.errorText}`));
  }

  async signIn(): Promise<void> {
    const { user, org, role = 'manager' } = this.identity;
    const response = await this.context.request.post(`${this.base}/demo/sign-in`, {
      form: { user, org, role },
      maxRedirects: 0,
    });
    expect(response.status(), await response.text()).toBe(303);
  }

  /** The same person in another tab of the same browser. */
  async inNewTab(): Promise<Person> {
    return new Person(await this.context.newPage(), this.context, this.identity, this.base, this.hasJavaScript);
  }

  url(path: string): string {
    return `${this.base}${path}`;
  }

  /** Opens a page by its address and waits until it can be used. */
  async open(path: string): Promise<void> {
    await this.page.goto(this.url(path));
    await this.isServed();
  }

  /** Opens a page until it shows what Waycore says now: whatever takes it more than a second is there the next time. */
  async opensUntil(path: string, shows: () => Promise<void>): Promise<void> {
    await expect(async () => {
      await this.open(path);
      await shows();
    }).toPass();
  }

  async reload(): Promise<void> {
    await this.page.reload();
    await this.isServed();
  }

  /** A page gives Waycore a second, which a busy machine may take: what was kept is shown then, and what is new next time. */
  private async isServed(): Promise<void> {
    await this.ready();
    for (let more = 0; more < 3 && (await this.outOfDate().isVisible()); more += 1) {
      await this.page.reload();
      await this.ready();
    }
  }

  /** Waits until every island of the page is interactive. */
  async ready(): Promise<void> {
    if (this.hasJavaScript) {
      // As long as a program that hangs takes to be asked for and loaded a second time, on a busy machine.
      const timeout = 30_000;
      const hydrated = expect(this.page.locator('html')).toHaveAttribute('data-hydrated', 'true', { timeout });
      await hydrated.catch(async (error: Error) => {
        const loads = await this.page.evaluate(() =>
          performance.getEntriesByType('resource').map(({ name, duration }) => `${name}: ${Math.round(duration)} ms`),
        );
        throw new Error([error.message, 'Trouble:', ...this.trouble.slice(-20), 'Loaded:', ...loads].join('\n'));
      });
    }
  }

  /** Waits for the page with this heading. */
  async sees(heading: string): Promise<void> {
    await expect(this.heading(heading)).toBeVisible();
    await this.ready();
  }

  /** The notice over a page that shows what was kept, because Waycore does not answer. */
  outOfDate(): Locator {
    return this.page.getByRole('heading', { name: 'This may be out of date', level: 2 });
  }

  heading(name: string): Locator {
    return this.page.getByRole('heading', { level: 1, name, exact: true });
  }

  /** The host that the link to the bank's portal names. In a demo the link itself leads to the simulated bank. */
  portalHost(): Locator {
    return this.page.locator('.portal-host');
  }

  link(name: string): Locator {
    return this.page.getByRole('main').getByRole('link', { name });
  }

  button(name: string): Locator {
    return this.page.getByRole('main').getByRole('button', { name, exact: true });
  }

  textbox(name: string): Locator {
    return this.page.getByRole('textbox', { name, exact: true });
  }

  checkbox(name: string): Locator {
    return this.page.getByRole('checkbox', { name, exact: true });
  }

  region(name: string): Locator {
    return this.page.getByRole('region', { name, exact: true });
  }

  /** The id of the connection whose page is open. */
  connectionId(): string {
    const [, id] = /\/connections\/([^/?#]+)/.exec(this.page.url()) ?? [];
    expect(id, `${this.page.url()} is no page of a connection`).toBeDefined();
    return decodeURIComponent(id ?? '');
  }

  // The list.

  async opensList(): Promise<void> {
    await this.open('/');
    await this.sees('Bank connections');
  }

  listed(name: string | RegExp): Locator {
    return this.page.getByRole('main').getByRole('listitem').filter({ hasText: name });
  }

  async startsConnecting(): Promise<void> {
    await this.opensList();
    await this.link('Connect a bank').click();
    await this.sees('Connection details');
  }

  // Step 1.

  /** Searches for a bank and chooses it. */
  async chooses(bank: ListedBank): Promise<void> {
    if (this.hasJavaScript) {
      const field = this.page.getByRole('combobox', { name: 'Bank', exact: true });
      await field.fill(bank.id);
      await this.page.getByRole('option', { name: bank.name }).click();
      await expect(field).toHaveValue(bank.name);
    } else {
      await this.page.getByRole('searchbox', { name: 'Bank', exact: true }).fill(bank.id);
      await this.button('Search').click();
      await this.page.getByRole('radio', { name: bank.name }).check();
    }
  }

  async saysThatBankIsNotListed(): Promise<void> {
    await this.link('My bank is not listed').click();
    await expect(this.textbox('Bank portal URL')).toBeVisible();
    await this.ready();
  }

  async fillsInUnlistedBank(name: string, portal: string): Promise<void> {
    await this.textbox('Bank name').fill(name);
    await this.textbox('Bank portal URL').fill(portal);
  }

  async continues(): Promise<void> {
    await this.button('Continue').click();
  }

  /** From the list to the delegated user of a bank in the catalog. */
  async startsSetupOf(bank: ListedBank): Promise<string> {
    await this.startsConnecting();
    await this.chooses(bank);
    await this.continues();
    await this.sees('Create the delegated user');
    return this.connectionId();
  }

  /** From the list to the delegated user of a bank that nobody else has. */
  async startsSetupOfUnlisted(name: string, portal: string): Promise<string> {
    await this.startsConnecting();
    await this.saysThatBankIsNotListed();
    await this.fillsInUnlistedBank(name, portal);
    await this.continues();
    await this.sees('Create the delegated user');
    return this.connectionId();
  }

  /** A setup at a bank that is in no list, begun without the forms, where a test is about something else. */
  async hasBegun(name: string, portal: string): Promise<string> {
    const { connection } = await this.posts('start_connection', {
      not_listed: 'true',
      requested_name: name,
      portal_url: portal,
    });
    return (connection as { id: string }).id;
  }

  /** A setup at a bank of the catalog, begun without the forms, where a test is about something else. */
  async hasBegunAt(bank: ListedBank): Promise<string> {
    const { connection } = await this.posts('start_connection', { institution_id: bank.id });
    return (connection as { id: string }).id;
  }

  /** A setup that only waits for its activation, made without the forms, where a test is about something else. */
  async hasFinishedAt(bank: ListedBank): Promise<string> {
    const id = await this.hasBegunAt(bank);
    await this.posts('submit_finish', { connection_id: id, delegated_user_active: 'on', accept_terms: 'on' });
    return id;
  }

  /** A connected bank with accounts and transactions, made without the forms, where a test is about something else. */
  async hasConnected(bank: ListedBank): Promise<string> {
    const id = await this.hasFinishedAt(bank);
    await this.opensWithTransactions(id);
    return id;
  }

  /** Sends what a form would send. */
  async posts(name: string, form: Record<string, string>): Promise<Record<string, unknown>> {
    const headers = { accept: 'application/json' };
    const answer = await this.context.request.post(this.url(`/api/${name}`), { headers, form });
    expect(answer.status(), await answer.text()).toBe(200);
    return (await answer.json()) as Record<string, unknown>;
  }

  // Step 2.

  /** The value beside a term of the delegated user's details. */
  detail(term: string): Locator {
    const region = this.page.getByRole('region', { name: 'Delegated user details' });
    const named = this.page.getByRole('term').filter({ hasText: new RegExp(`^${term}$`) });
    return region.locator('div').filter({ has: named }).getByRole('definition');
  }

  async saysThatUserExists(): Promise<void> {
    await this.button('I have created the user').click();
    await this.sees('Finish setup');
  }

  // Step 3.

  async fillsIn(issued: Issued): Promise<void> {
    if (issued.username !== undefined) await this.textbox('Bank username').fill(issued.username);
    if (issued.customerId !== undefined) await this.textbox('Customer ID').fill(issued.customerId);
    if (issued.password !== undefined) await this.textbox('Password').fill(issued.password);
  }

  async confirmsAndFinishes(): Promise<void> {
    await this.checkbox('The delegated user is active').check();
    await this.checkbox('I accept the Waycore terms of use').check();
    await this.button('Finish setup').click();
  }

  /** From the delegated user to the activation. */
  async finishesSetup(issued: Issued = {}): Promise<void> {
    await this.saysThatUserExists();
    await this.fillsIn(issued);
    await this.confirmsAndFinishes();
    // A bank that takes seconds may be connected before anybody looks.
    await expect(this.heading('Activating your connection').or(this.status('Connected')).first()).toBeVisible();
    await this.ready();
  }

  // Step 4 and after.

  /** Waits for the detail. The page comes by itself, with JavaScript and without. */
  async seesConnected(displayName: string): Promise<void> {
    await expect(this.heading(displayName)).toBeVisible({ timeout: 60_000 });
    await expect(this.status('Connected')).toBeVisible();
    await this.ready();
  }

  /** Opens a connection until its accounts and transactions are there: they arrive with the first sync, after the activation. */
  private async opensWithTransactions(id: string): Promise<void> {
    await this.opensUntil(`/connections/${id}`, async () => {
      await expect(this.transactions().first()).toBeVisible({ timeout: 1_000 });
      await expect(this.region('Accounts').getByRole('listitem').first()).toBeVisible({ timeout: 1_000 });
      await expect(this.page.getByRole('figure', { name: 'Balance', exact: true })).toBeVisible({ timeout: 1_000 });
    });
  }

  /** The rows of the transactions that are shown. The tables of the charts are others. */
  transactions(): Locator {
    const described = this.page.getByRole('columnheader', { name: 'Description', exact: true });
    const table = this.region('Transactions').getByRole('table').filter({ has: described });
    return table.getByRole('row').filter({ has: this.page.getByRole('cell') });
  }

  /** A status label as a text of its own. */
  status(label: string): Locator {
    return this.page.getByRole('main').getByText(label, { exact: true });
  }

  /** The steps of the stepper that is marked as the present one. */
  currentStep(): Locator {
    return this.page
      .getByRole('list', { name: 'Setup progress' })
      .getByRole('listitem')
      .and(this.page.locator('[aria-current="step"]'));
  }
}
