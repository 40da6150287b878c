import { RestError } from '@azure/data-tables';
import type { TableClient } from '@azure/data-tables';
import { expect, test } from 'vitest';
import { freshTables } from '../builders/storage.ts';

type Policy = Parameters<TableClient['pipeline']['addPolicy']>[0];

test.each(['EPIPE', 'ECONNRESET'])('a request that meets a closed connection (%s) is made again', async (code) => {
  const documents = (await freshTables())('documents');
  let tries = 0;
  const closedAtFirst: Policy = {
    name: 'closedAtFirst',
    sendRequest: (request, next) => {
      tries += 1;
      return tries === 1 ? Promise.reject(new RestError('write', { code })) : next(request);
    },
  };
  documents.pipeline.addPolicy(closedAtFirst, { afterPhase: 'Sign' });
  await documents.createEntity({ partitionKey: 'p', rowKey: 'r' });
  expect(tries).toBe(2);
});
