import { expect, test } from 'vitest';
import type { FunctionMetadata, Outcome, RetryContext, RetryOptions } from './messages.ts';
import { runWithRetries } from './retries.ts';

const failure: Outcome = { ok: false, error: { message: 'no', stack: 'at x' } };
const success: Outcome = { ok: true, returnValue: undefined };
const fixed: RetryOptions = { maxRetryCount: 2, retryStrategy: 'fixedDelay', delayInterval: { seconds: 5 } };
const doubling: RetryOptions = {
  maxRetryCount: -1,
  retryStrategy: 'exponentialBackoff',
  minimumInterval: { seconds: 2 },
  maximumInterval: { seconds: 10 },
};

async function runOf(retryOptions: RetryOptions | undefined, outcomes: readonly Outcome[]): Promise<unknown> {
  const contexts: (RetryContext | undefined)[] = [];
  const waits: number[] = [];
  const metadata: FunctionMetadata = { name: 'x', bindings: {}, ...(retryOptions && { retryOptions }) };
  await runWithRetries({
    metadata,
    wait: async (ms) => void waits.push(ms),
    start: async (context) => {
      contexts.push(context);
      return outcomes[contexts.length - 1] ?? success;
    },
  });
  return { waits, counts: contexts.map((context) => context?.retryCount) };
}

test.each([
  ['without retry', undefined, [failure], { waits: [], counts: [undefined] }],
  ['a success', fixed, [success], { waits: [], counts: [undefined] }],
  ['a fixed delay', fixed, [failure, success], { waits: [5000], counts: [undefined, 1] }],
  ['used up', fixed, [failure, failure, failure, failure], { waits: [5000, 5000], counts: [undefined, 1, 2] }],
  [
    'a doubling delay, without end',
    doubling,
    [failure, failure, failure, failure, failure],
    { waits: [2000, 4000, 8000, 10_000, 10_000], counts: [undefined, 1, 2, 3, 4, 5] },
  ],
])('%s', async (_, retry, outcomes, expected) => {
  expect(await runOf(retry, outcomes)).toEqual(expected);
});
