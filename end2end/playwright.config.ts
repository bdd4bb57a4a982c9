// The browser tests: the product with its simulated Waycore, driven in Chromium with JavaScript and, where that makes a
// difference, without; and the simulator alone, as a team that writes in another language meets it. `cargo xtask test --only e2e`
// says where the programs and the browser are. docs/testing.md says what belongs here.
import { defineConfig, devices } from '@playwright/test';

const browser = process.env.CONNECT_CHROMIUM;

export default defineConfig({
  testDir: 'specs',
  outputDir: 'test-results',
  globalSetup: './global-setup.ts',
  fullyParallel: true,
  forbidOnly: true,
  retries: 0,
  workers: 2,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  reporter: 'list',
  use: {
    ...devices['Desktop Chrome'],
    actionTimeout: 15_000,
    // A failure leaves a picture and the page's outline. A trace of every test would double what the suite costs;
    // `playwright test --trace on` records the ones that are asked for.
    screenshot: 'only-on-failure',
    launchOptions: {
      ...(browser ? { executablePath: browser } : {}),
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--no-first-run',
      ],
    },
  },
  // A test runs in both, unless its tag says that it is about one of them.
  projects: [
    { name: 'javascript', grepInvert: /@no-javascript/, use: { javaScriptEnabled: true } },
    { name: 'no-javascript', grepInvert: /@javascript/, use: { javaScriptEnabled: false } },
    // In a host's own server, and behind a proxy; both in a production build without the demo's sign-in.
    { name: 'mounted', testDir: 'mounted' },
    // Two servers on one database, behind a proxy, while Waycore changes things and one of them dies.
    // A soak judges seconds, so that it runs them last and one by one.
    {
      name: 'replicas',
      testDir: 'replicas',
      ...(!process.env.CONNECT_SOAK
        ? {}
        : { workers: 1, dependencies: ['javascript', 'no-javascript', 'mounted', 'simulator'] }),
    },
    // The simulator on its own, without a browser and without any of our code.
    { name: 'simulator', testDir: 'simulator' },
  ],
});
