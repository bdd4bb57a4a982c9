// Somebody whose browser asks for Spanish, as it is written in Mexico, reads nothing else.
import { looksRight } from '../support/audit';
import { ENGLISH, englishIn, SPANISH } from '../support/language';
import { INSTANT_BANK, type Person } from '../support/person';
import type { Screen } from '../support/pictures';
import { reflows } from '../support/reflow';
import { expect, test } from '../support/test';

test.use({ locale: 'es-MX' });

async function readsInSpanish(person: Person, heading: string, screen: Screen, state: string): Promise<void> {
  await person.sees(heading);
  const { page } = person;
  await expect(page.locator('html')).toHaveAttribute('lang', 'es-MX');
  const labels = await page.locator('[aria-label]').evaluateAll((all) => all.map((one) => one.ariaLabel));
  const english = englishIn(await page.locator('body').innerText(), await page.title(), ...labels);
  expect(english, `English on ${screen}`).toEqual([]);
  await reflows(page, { width: 375, height: 667 }, screen);
  await looksRight(person, screen, state);
}

test('the catalogues are found', () => {
  expect(ENGLISH).toContain('Connect a bank');
  expect(SPANISH).toContain('Conectar un banco');
});

test('a whole setup in Spanish, up to the amounts', async ({ person }) => {
  test.slow();
  const { page } = person;
  await person.open('/');
  await readsInSpanish(person, 'Conexiones bancarias', 'list', 'in Spanish');
  await person.link('Conectar un banco').first().click();
  await readsInSpanish(person, 'Datos de la conexión', 'connection details', 'in Spanish');
  await person.link('Mi banco no está en la lista').click();
  await expect(person.textbox('Dirección del portal bancario')).toBeVisible();
  await readsInSpanish(person, 'Datos de la conexión', 'connection details', 'unlisted bank in Spanish');
  await person.textbox('Nombre del banco').fill('Banco de la Casa');
  await person.button('Continuar').click();
  await expect(person.textbox('Dirección del portal bancario')).toHaveAccessibleDescription(/Escriba la dirección/);
  await readsInSpanish(person, 'Datos de la conexión', 'connection details', 'refused in Spanish');

  await person.open('/new');
  if (person.hasJavaScript) {
    await page.getByRole('combobox', { name: 'Banco', exact: true }).fill(INSTANT_BANK.id);
    await expect(page.getByRole('main').getByRole('status').filter({ hasText: '1 banco encontrado' })).toBeVisible();
    await page.getByRole('option', { name: INSTANT_BANK.name }).click();
    await expect(page.getByRole('main').getByRole('status').filter({ hasText: 'elegido' })).toBeVisible();
  } else {
    await page.getByRole('searchbox', { name: 'Banco', exact: true }).fill(INSTANT_BANK.id);
    await person.button('Buscar').click();
    await page.getByRole('radio', { name: INSTANT_BANK.name }).check();
  }
  await person.button('Continuar').click();
  await readsInSpanish(person, 'Cree el usuario delegado', 'delegated user', 'in Spanish');
  const id = person.connectionId();
  await person.button('He creado el usuario').click();
  await readsInSpanish(person, 'Termine la configuración', 'finish setup', 'in Spanish');
  await person.checkbox('El usuario delegado está activo').check();
  await person.checkbox('Acepto las condiciones de uso de Waycore').check();
  await person.button('Terminar la configuración').click();

  await expect(person.heading(INSTANT_BANK.name)).toBeVisible({ timeout: 30_000 });
  const accounts = person.region('Cuentas').getByRole('listitem');
  await person.opensUntil(`/connections/${id}`, async () => {
    await expect(accounts.first()).toBeVisible({ timeout: 1_000 });
    await expect(person.region('Movimientos').getByRole('table').last()).toBeVisible({ timeout: 1_000 });
    await expect(page.getByRole('figure', { name: 'Saldo', exact: true })).toBeVisible({ timeout: 1_000 });
  });
  // Mexico groups by commas, where Spain does by points.
  for (const account of await accounts.all()) {
    await expect(account).toContainText(/-?\d{1,3}(,\d{3})*\.\d{2}\s[A-Z]{3}/);
  }
  const days = person.region('Movimientos').getByRole('cell', { name: /\d{4}$/ });
  await expect(days.first()).toHaveText(/^\d{1,2} (ene|feb|mar|abr|may|jun|jul|ago|sep|sept|oct|nov|dic)\.? \d{4}$/);
  await expect(page.getByRole('figure', { name: 'Saldo', exact: true }).getByRole('img')).toHaveAccessibleName(/Mínimo: .*\d\.\d{2}/);
  await expect(person.status('Conectado')).toBeVisible();
  await readsInSpanish(person, INSTANT_BANK.name, 'detail', 'in Spanish');

  await person.open(`/connections/${id}/remove`);
  await readsInSpanish(person, 'Eliminar la conexión', 'removal', 'in Spanish');
  await person.open('/no-such-page');
  await readsInSpanish(person, 'No encontrado', 'problem', 'in Spanish');
});
