import { createTables } from '../builders/create-tables.ts';
import { startAzuriteTables } from '../local/azurite.ts';
import type { AzuriteTables } from '../local/azurite.ts';
import { startCountingProxy } from './counting-proxy.ts';
import type { CountingProxy } from './counting-proxy.ts';

/** Hears what has to end with the program. */
export interface Endings {
  onStop(action: () => Promise<void>): void;
}

/** Two ways to the same storage: calls on the second one are counted. */
export interface CountedStorage {
  readonly direct: string;
  readonly counted: string;
  readonly proxy: CountingProxy;
}

/** Starts an Azurite with the product's tables. */
export async function startStorage(endings: Endings): Promise<AzuriteTables> {
  const azurite = await startAzuriteTables({});
  endings.onStop(azurite.stop);
  await createTables(azurite.connectionString());
  return azurite;
}

export async function startCountedStorage(endings: Endings): Promise<CountedStorage> {
  const azurite = await startStorage(endings);
  const proxy = await startCountingProxy(azurite.port);
  endings.onStop(proxy.stop);
  const direct = azurite.connectionString();
  return { direct, counted: direct.replace(`:${azurite.port}/`, `:${proxy.port}/`), proxy };
}
