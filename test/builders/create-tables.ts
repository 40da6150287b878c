import { TableServiceClient } from '@azure/data-tables';
import { tableNames } from '../../shared/tables.client.ts';

/** Makes the product's tables in an account; what is there stays. */
export async function createTables(connectionString: string): Promise<void> {
  const service = TableServiceClient.fromConnectionString(connectionString, { allowInsecureConnection: true });
  for (const name of tableNames) await service.createTable(name);
}
