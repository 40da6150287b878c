import { defineConfig } from 'vitest/config';

// One Azurite serves the whole run (see the global set-up); every test file takes an account of its own in it.
export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/builders/global-setup.ts'],
    // Only what hangs is to end here: a slow machine is no failure.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    maxWorkers: 2,
    restoreMocks: true,
  },
});
