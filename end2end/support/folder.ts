// Folders of a test's own.
import { mkdtemp, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** In memory, where there is room for all tests of a run: none of them measures a disk, and a slow one makes pages late. */
const MEMORY = '/dev/shm';
const ROOM_BYTES = 1_000_000_000;

/** An empty folder, named for what is in it. */
export async function ownFolder(name: string): Promise<string> {
  const free = await statfs(MEMORY).then(({ bavail, bsize }) => bavail * bsize, () => 0);
  return mkdtemp(path.join(free > ROOM_BYTES ? MEMORY : tmpdir(), `connect-${name}-`));
}
