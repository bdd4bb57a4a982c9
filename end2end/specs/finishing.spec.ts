// The finish form checks its two boxes before anything is sent, because an answer brings no password back. What the server says
// of a form that lacks one is in server/tests/it/finish.rs.
import { expect, ownPortal, test } from '../support/test';

test('boxes that are not ticked are said before anything is sent, and nothing is lost', { tag: '@javascript' }, async ({
  person,
  simulator,
}) => {
  const { page } = person;
  const id = await person.hasBegun('Careful Bank', ownPortal());
  await person.open(`/connections/${id}/setup?step=finish`);
  await person.sees('Finish setup');
  let sent = 0;
  page.on('request', (request) => {
    if (request.method() === 'POST') sent += 1;
  });
  const issued = { username: 'wc-acme', customerId: '00-12345', password: ' issued by the bank ' };
  await person.fillsIn(issued);
  const active = person.checkbox('The delegated user is active');
  const terms = person.checkbox('I accept the Waycore terms of use');

  await test.step('by the button and by Enter, both boxes say so and the first takes the focus', async () => {
    for (const submits of [() => person.button('Finish setup').click(), () => person.textbox('Password').press('Enter')]) {
      await submits();
      await expect(active).toBeFocused();
      for (const box of [active, terms]) {
        await expect(box).toHaveAttribute('aria-invalid', 'true');
        await expect(box).toHaveAccessibleDescription(/Confirm|Accept/);
      }
      await expect(page.locator('.field-error'), 'each once').toHaveCount(2);
    }
    await expect(person.textbox('Bank username')).toHaveValue(issued.username);
    await expect(person.textbox('Password')).toHaveValue(issued.password);
  });

  await test.step('ticking a box takes its message away, and only the other is missing', async () => {
    await active.check();
    await expect(active).not.toHaveAttribute('aria-invalid');
    await expect(page.locator('.field-error')).toHaveCount(1);
    await person.button('Finish setup').click();
    await expect(terms).toBeFocused();
    await expect(page.locator('.field-error')).toHaveCount(1);
    expect(sent, 'requests').toBe(0);
  });

  await test.step('then everything is sent', async () => {
    await terms.check();
    await expect(page.locator('.field-error')).toHaveCount(0);
    await person.button('Finish setup').click();
    await person.sees('Activating your connection');
    const received = await simulator.receivedFor(id);
    const credentials = received.find(({ path }) => path.endsWith('/credentials'));
    expect(Object.keys(credentials?.body ?? {}).sort()).toEqual(['bankCustomerId', 'bankUsername', 'password']);
  });
});
