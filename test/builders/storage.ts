import { inject } from 'vitest';
import { openTables } from '../../shared/tables.client.ts';
import type { Tables } from '../../shared/tables.client.ts';
import { withAzureRules } from './azure-rules.ts';
import { createTables } from './create-tables.ts';

export { createTables };

/** The connection string of an empty storage account that no other test uses, without tables. */
export async function freshStorage(): Promise<string> {
  const response = await fetch(inject('storageAllocatorUrl'));
  if (!response.ok) throw new Error(await response.text());
  return response.text();
}

/** All tables of the product, empty, in a storage account of their own; what Azure would refuse they refuse. */
export async function freshTables(): Promise<Tables> {
  const connectionString = await freshStorage();
  await createTables(connectionString);
  return withAzureRules(openTables({ connectionString }));
}
