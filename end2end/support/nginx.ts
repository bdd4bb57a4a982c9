// An nginx of a test's own, in front of what the test serves.
import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from '@playwright/test';
import { Running } from './running';

const NGINX = process.env.CONNECT_NGINX ?? '/usr/sbin/nginx';

/** What stands in its configuration beside the port. */
export interface Front {
  /** Inside the server. */
  location: string;
  /** Beside the server. */
  http?: string;
}

/** Starts it with everything that it writes below `folder`. */
export async function startNginx(folder: string, port: number, { location, http = '' }: Front): Promise<Running> {
  const conf = path.join(folder, 'nginx.conf');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const paths = temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join('\n  ');
  const user = process.getuid?.() === 0 ? 'user root;' : '';
  await writeFile(
    conf,
    `${user}
daemon off;
pid ${folder}/nginx.pid;
error_log stderr;
events { worker_connections 4096; }
http {
  access_log off;
  ${paths}
  ${http}
  server {
    listen 127.0.0.1:${port};
    ${location}
  }
}
`,
  );
  const checked = spawnSync(NGINX, ['-t', '-p', folder, '-c', conf]);
  expect(checked.status, String(checked.stderr)).toBe(0);
  return Running.start(NGINX, ['-p', folder, '-c', conf], port, {});
}
