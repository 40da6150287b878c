import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { buildPackage } from '../../.config/package.ts';
import { startAzuriteTables } from '../local/azurite.ts';
import type { AzuriteTables } from '../local/azurite.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Gives the connection string of an account that nobody used before, at each GET. */
    storageAllocatorUrl: string;
    /** Gives the folder of the built package at a GET: built by the first one of a run. */
    builtPackageUrl: string;
  }
}

const accountNames = Array.from({ length: 400 }, (_, i) => `testaccount${i}`);

/** Starts a server that hands out storage accounts one by one, from as many Azurites as it takes, and the package. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const accounts = createAccounts();
  const outDir = mkdtempSync(join(tmpdir(), 'mde-partner-test-'));
  let built: Promise<string> | undefined;
  const server = createServer((request, response) => {
    const answer =
      request.url === '/package' ? (built ??= buildPackage({ outDir }).then(({ appDir }) => appDir)) : accounts.take();
    answer.then(
      (text) => response.end(text),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  server.keepAliveTimeout = 0; // an idle connection is not closed on somebody who is just asking
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  project.provide('storageAllocatorUrl', `${origin}/storage`);
  project.provide('builtPackageUrl', `${origin}/package`);
  return async () => {
    server.close();
    server.closeAllConnections();
    rmSync(outDir, { recursive: true, force: true });
    await accounts.stop();
  };
}

/** An account for whoever asks. An Azurite is told its accounts when it starts: when all are taken, the next one begins. */
function createAccounts(): { take(): Promise<string>; stop(): Promise<void> } {
  const azurites: Promise<AzuriteTables>[] = [];
  let taken = 0;
  return {
    take: async () => {
      const number = taken++;
      const azurite = (azurites[Math.floor(number / accountNames.length)] ??= startAzuriteTables({
        accounts: accountNames,
      }));
      return (await azurite).connectionString(accountNames[number % accountNames.length]);
    },
    stop: async () => {
      for (const azurite of azurites) await (await azurite).stop();
    },
  };
}
