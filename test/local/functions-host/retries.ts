import type { FunctionMetadata, Outcome, RetryContext, RetryOptions, Seconds } from './messages.ts';

/** Runs a function until it succeeds or the retries that it asked for are used up; without `retry` it runs once. */
export async function runWithRetries({ metadata, start, wait }: RetriesOptions): Promise<void> {
  const retry = metadata.retryOptions;
  let outcome = await start(undefined);
  // -1: for ever
  for (
    let count = 1;
    retry && !outcome.ok && (retry.maxRetryCount === -1 || count <= retry.maxRetryCount);
    count += 1
  ) {
    await wait(retryDelayMs(retry, count));
    const { message, stack } = outcome.error;
    outcome = await start({
      retryCount: count,
      maxRetryCount: retry.maxRetryCount,
      exception: { message, ...(stack === undefined ? {} : { stackTrace: stack }) },
    });
  }
}

/** Delay before the `count`-th retry (from 1). Without the host's jitter of the exponential strategy. */
export function retryDelayMs(retry: RetryOptions, count: number): number {
  if (retry.retryStrategy === 'fixedDelay') return toMs(retry.delayInterval);
  return Math.min(toMs(retry.minimumInterval) * 2 ** (count - 1), toMs(retry.maximumInterval));
}

export interface RetriesOptions {
  readonly metadata: FunctionMetadata;
  /** Runs it once, with what `context.retryContext` then says. */
  readonly start: (retryContext: RetryContext | undefined) => Promise<Outcome>;
  readonly wait: (ms: number) => Promise<void>;
}

function toMs(interval: Seconds | undefined): number {
  return (interval?.seconds ?? 0) * 1000;
}
