// Typing and searching on step 1 creates nothing at Waycore: only "Continue" does.
import { STANDARD_BANK } from '../support/person';
import { expect, ownPortal, test } from '../support/test';

test('choosing a bank, typing another and cancelling sends nothing to Waycore', { tag: '@javascript' }, async ({
  person,
  org,
  simulator,
}) => {
  const portal = ownPortal();
  await person.open('/new');
  await person.chooses(STANDARD_BANK);
  await person.saysThatBankIsNotListed();
  await person.fillsInUnlistedBank('Regretted Bank', portal);
  await person.link('Cancel').click();
  await person.sees('Bank connections');
  for (const text of [org, portal, 'Regretted Bank']) {
    expect(await simulator.receivedNaming(text), text).toEqual([]);
  }
});
