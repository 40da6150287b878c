import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestProject } from 'vitest/node';
import { startAzuriteTables } from '../local/azurite.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Gives the connection string of an account that nobody used before, at each GET. */
    storageAllocatorUrl: string;
  }
}

const accountNames = Array.from({ length: 400 }, (_, i) => `testaccount${i}`);

/** Starts one Azurite for the run, and a server that hands out its accounts one by one. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const azurite = await startAzuriteTables({ accounts: accountNames });
  let next = 0;
  const allocator = createServer((_request, response) => {
    const name = accountNames[next++];
    response.statusCode = name ? 200 : 500;
    response.end(name ? azurite.connectionString(name) : 'All test accounts are taken: add more.');
  });
  await new Promise<void>((resolve) => allocator.listen(0, '127.0.0.1', resolve));
  project.provide('storageAllocatorUrl', `http://127.0.0.1:${(allocator.address() as AddressInfo).port}/`);
  return async () => {
    allocator.close();
    await azurite.stop();
  };
}
