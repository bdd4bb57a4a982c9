// Starts the demo that all tests share, each with a customer of its own, and ends it after the last one. The pictures
// that the tests took get their index then: the tests run side by side, so that none of them knows all.
import { rm } from 'node:fs/promises';
import { startDemo } from './support/demo';
import { ownFolder } from './support/folder';
import { clearPictures, writeIndex } from './support/pictures';

export default async function globalSetup(): Promise<() => Promise<void>> {
  await clearPictures();
  const folder = await ownFolder('end2end');
  const demo = await startDemo({ folder });
  process.env.CONNECT_DEMO = JSON.stringify(demo.place);
  return async () => {
    await demo.stop();
    await rm(folder, { recursive: true, force: true });
    await writeIndex();
  };
}
