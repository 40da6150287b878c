// The least that a durable accept can be: read the body, one table transaction of three rows, answer. What the front door is measured against.
import { randomUUID } from 'node:crypto';
import { TableClient } from '@azure/data-tables';
import { app } from '@azure/functions';

const table = TableClient.fromConnectionString(process.env['STATE_TABLES_CONNECTION_STRING'] ?? '', 'work', {
  allowInsecureConnection: true,
});

app.setup({ enableHttpStream: true });
app.http('bare', {
  methods: ['POST'],
  authLevel: 'anonymous',
  route: 'bare',
  handler: async (request) => {
    const body = await request.text();
    const id = randomUUID();
    await table.submitTransaction(
      ['o', 'q', 'l'].map((kind) => ['create', { partitionKey: 'bare', rowKey: `${kind}|${id}`, body }]),
    );
    return { status: 202, jsonBody: { id } };
  },
});
