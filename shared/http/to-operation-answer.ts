import type { Operation } from '../contract/operation.ts';
import { isFinished } from '../contract/operation.ts';
import type { Answer } from './route.ts';

/** When to ask again, if nothing better is known, and at most. In seconds. */
const retryAfterSeconds = { atLeast: 1, atMost: 60 };

/**
 * An operation as the answer to whoever asked for it: 200 when it is over, else 202 with where and when to ask again
 * (contract §2). `isReplayed`: the same request had been accepted before.
 */
export function toOperationAnswer(
  operation: Operation,
  {
    publicUrl,
    nowMs,
    isReplayed = false,
  }: { readonly publicUrl: string; readonly nowMs: number; readonly isReplayed?: boolean },
): Answer {
  const replayed = isReplayed ? { 'Idempotent-Replayed': 'true' } : {};
  if (isFinished(operation.status)) return { status: 200, body: operation, headers: replayed };
  const location = `${publicUrl}/api/v1/tenants/${operation.tenantId}/operations/${operation.id}`;
  return {
    status: 202,
    body: operation,
    headers: {
      ...replayed,
      'Operation-Location': location,
      'Retry-After': String(secondsUntil(operation.nextAttemptAt, nowMs)),
    },
  };
}

/** Whether the caller does not want to wait (RFC 7240). */
export function prefersAsync(headers: Headers): boolean {
  return (headers.get('prefer') ?? '')
    .split(',')
    .some((each) => /^respond-async$/i.test(each.split(';')[0]?.trim() ?? ''));
}

function secondsUntil(time: string | undefined, nowMs: number): number {
  const seconds = time === undefined ? 0 : Math.ceil((Date.parse(time) - nowMs) / 1000);
  return Math.min(retryAfterSeconds.atMost, Math.max(retryAfterSeconds.atLeast, seconds));
}
