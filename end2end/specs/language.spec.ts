// Somebody whose browser asks for Spanish, as it is written in Mexico, reads nothing else, also of what the page says by
// itself. What the server says in Spanish, amounts and days among it, is in server/tests/it/spanish.rs.
import { looksRight } from '../support/audit';
import { ENGLISH, englishIn, SPANISH } from '../support/language';
import { STANDARD_BANK, type Person } from '../support/person';
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
  // The same markup is audited in English on each screen, and reflow.spec.ts makes every word longer than Spanish ones.
  if (process.env.CONNECT_SOAK) await looksRight(person, screen, state);
}

test('a setup in Spanish, with what the page itself says', { tag: '@javascript' }, async ({ person, simulator }) => {
  const { page } = person;
  const news = page.getByRole('main').getByRole('status');
  expect(ENGLISH, 'the catalogues are found').toContain('Connect a bank');
  expect(SPANISH).toContain('Conectar un banco');

  await test.step('help with an address, and the list with a draft', async () => {
    await person.open('/new?unlisted=true');
    await person.textbox('Nombre del banco').fill('Banco de la Casa');
    await person.textbox('Dirección del portal bancario').fill('http://banco.example/acceso');
    await person.textbox('Dirección del portal bancario').press('Tab');
    await expect(news.filter({ hasText: 'La dirección debe empezar por https://.' })).toBeVisible();
    await readsInSpanish(person, 'Datos de la conexión', 'connection details', 'unlisted bank in Spanish');
    await person.open('/');
    await expect(person.listed('Banco de la Casa')).toContainText('hoy');
    await readsInSpanish(person, 'Conexiones bancarias', 'list', 'in Spanish');
  });

  await test.step('the search', async () => {
    await person.open('/new');
    await page.getByRole('combobox', { name: 'Banco', exact: true }).fill(STANDARD_BANK.id);
    await expect(news.filter({ hasText: '1 banco encontrado' })).toBeVisible();
    await page.getByRole('option', { name: STANDARD_BANK.name }).click();
    await expect(news.filter({ hasText: 'elegido' })).toBeVisible();
    await readsInSpanish(person, 'Datos de la conexión', 'connection details', 'in Spanish');
    await person.button('Continuar').click();
  });

  await test.step('the steps of the setup', async () => {
    await readsInSpanish(person, 'Cree el usuario delegado', 'delegated user', 'in Spanish');
    await person.button('He creado el usuario').click();
    await readsInSpanish(person, 'Termine la configuración', 'finish setup', 'in Spanish');
    await person.checkbox('El usuario delegado está activo').check();
    await person.checkbox('Acepto las condiciones de uso de Waycore').check();
    await person.button('Terminar la configuración').click();
    await readsInSpanish(person, 'Activando su conexión', 'activation', 'in Spanish');
  });

  await test.step('a connected bank, and its removal', async () => {
    const id = person.connectionId();
    await simulator.connect(id);
    await person.opensUntil(`/connections/${id}`, () =>
      expect(person.region('Movimientos').getByRole('table').last()).toBeVisible({ timeout: 1_000 }),
    );
    await expect(page.getByRole('figure', { name: 'Saldo', exact: true }).getByRole('img')).toHaveAccessibleName(/Mínimo: .*\d\.\d{2}/);
    await readsInSpanish(person, STANDARD_BANK.name, 'detail', 'in Spanish');
    await person.open(`/connections/${id}/remove`);
    await readsInSpanish(person, 'Eliminar la conexión', 'removal', 'in Spanish');
  });
});
