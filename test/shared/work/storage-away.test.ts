import { expect, test } from 'vitest';
import { openTables } from '../../../shared/tables.client.ts';
import { contoso, newOperation, noCarry, pass, testWork } from '../../builders/work.ts';

const unknown = 'op_aaaaaaaaaaaaaaaaaaaaaaaaaa';

test('storage that is away is an answer of its own, for every method', async () => {
  const away = testWork(
    // Nobody listens there.
    openTables({
      connectionString:
        'DefaultEndpointsProtocol=http;AccountName=a;AccountKey=YQ==;TableEndpoint=http://127.0.0.1:9/a;',
    }),
    noCarry,
  ).work;
  for (const call of [
    () => away.accept(newOperation()),
    () => away.read(contoso, unknown),
    () => away.list(contoso, {}, { limit: 1 }),
    () => away.cancel(contoso, unknown),
    () => away.drain('actions', pass),
    () => away.listDeadLetters(contoso, { limit: 1 }),
    () => away.sweep(pass),
  ]) {
    await expect(call()).rejects.toMatchObject({ name: 'UpstreamUnavailable', throttled: false });
  }
});
