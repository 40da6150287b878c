import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { buildPackage } from '../../.config/package.ts';
import { startAzuriteTables } from '../local/azurite.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Gives the connection string of an account that nobody used before, at each GET. */
    storageAllocatorUrl: string;
    /** Gives the folder of the built package at a GET: built by the first one of a run. */
    builtPackageUrl: string;
  }
}

const accountNames = Array.from({ length: 400 }, (_, i) => `testaccount${i}`);

/** Starts one Azurite for the run, and a server that hands out its accounts one by one, and the package. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const azurite = await startAzuriteTables({ accounts: accountNames });
  const outDir = mkdtempSync(join(tmpdir(), 'mde-partner-test-'));
  let next = 0;
  let built: Promise<string> | undefined;
  const takeAccount = (): Promise<string> => {
    const name = accountNames[next++];
    return name ? Promise.resolve(azurite.connectionString(name)) : Promise.reject(new Error(allTaken));
  };
  const server = createServer((request, response) => {
    const answer =
      request.url === '/package' ? (built ??= buildPackage({ outDir }).then(({ appDir }) => appDir)) : takeAccount();
    answer.then(
      (text) => response.end(text),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  project.provide('storageAllocatorUrl', `${origin}/storage`);
  project.provide('builtPackageUrl', `${origin}/package`);
  return async () => {
    server.close();
    rmSync(outDir, { recursive: true, force: true });
    await azurite.stop();
  };
}

const allTaken = 'All test accounts are taken: add more.';
