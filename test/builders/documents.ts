import { beforeAll, beforeEach } from 'vitest';
import type { Tables } from '../../shared/tables.client.ts';
import { freshTables } from './storage.ts';

/** One storage account for the whole test file, with no documents in it when a test begins. */
export function useDocumentTables(): () => Tables {
  let tables: Tables | undefined;
  const get = (): Tables => {
    if (tables === undefined) throw new Error('Only inside a test.');
    return tables;
  };
  beforeAll(async () => {
    tables = await freshTables();
  });
  beforeEach(async () => {
    const documents = get()('documents');
    for await (const { partitionKey = '', rowKey = '' } of documents.listEntities()) {
      await documents.deleteEntity(partitionKey, rowKey);
    }
  });
  return get;
}
