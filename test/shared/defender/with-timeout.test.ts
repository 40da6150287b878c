import { expect, it } from 'vitest';
import { z } from 'zod';
import type { DefenderCall } from '../../../shared/defender/call.ts';
import { withTimeout } from '../../../shared/defender/with-timeout.ts';

it.each([
  [undefined, 15_000],
  [180_000, 15_000],
  [5_000, 5_000],
])('a call with %s ms takes %s at most', async (own, expected) => {
  const seen: (number | undefined)[] = [];
  const keep = (call: DefenderCall<unknown>): Promise<never> => {
    seen.push(call.timeoutMs);
    return Promise.reject(new Error('Seen.'));
  };
  const defender = withTimeout({ request: keep, list: keep }, 15_000);
  const call: DefenderCall<unknown> = {
    ...{ tenant: { tenantId: 't', cloud: 'Commercial' }, api: 'machines', role: 'Machine.Read.All', method: 'GET' },
    ...{ path: '/api/machines', schema: z.unknown() },
    ...(own === undefined ? {} : { timeoutMs: own }),
  };
  await expect(defender.request(call)).rejects.toThrow('Seen.');
  await expect(defender.list(call)).rejects.toThrow('Seen.');
  expect(seen).toEqual([expected, expected]);
});
