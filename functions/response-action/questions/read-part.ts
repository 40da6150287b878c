import type { UnreadPart } from '../../../shared/contract/machine.ts';
import { TenantSuspended, UpstreamRefused, UpstreamUnavailable } from '../../../shared/errors.ts';
import { toRejectedInput } from '../../../shared/http/problem-document.ts';
import { detailOf } from './ask-problem.ts';

/** A part of a view: what was read, or why it was not. */
export type Part<T> =
  | { readonly isRead: true; readonly value: T }
  | { readonly isRead: false; readonly unread: UnreadPart; readonly cause?: unknown };

/**
 * Reads one part of a view; `pointer` leads to where it stands. What Defender refuses or does not answer is named in the view. Throws
 * when the tenant lets us in no more, and what is a bug.
 */
export async function readPart<T>(pointer: string, read: () => Promise<T>): Promise<Part<T>> {
  try {
    return { isRead: true, value: await read() };
  } catch (cause) {
    if (cause instanceof TenantSuspended) throw cause;
    return { isRead: false, unread: { pointer, ...reasonOf(cause) }, cause };
  }
}

/** A part made of others: named with the first of them that could not be read. */
export function partFrom<T>(pointer: string, needed: readonly Part<unknown>[], toValue: () => T): Part<T> {
  const missing = needed.find((part) => !part.isRead);
  if (missing === undefined || missing.isRead) return { isRead: true, value: toValue() };
  return { isRead: false, unread: { ...missing.unread, pointer }, cause: missing.cause };
}

/** The value of a part that was read. */
export function valueOf<T>(part: Part<T>): T | undefined {
  return part.isRead ? part.value : undefined;
}

/** What is to be said of the parts that were not read, in their order. */
export function unreadOf(parts: readonly Part<unknown>[]): readonly UnreadPart[] {
  return parts.flatMap((part) => (part.isRead ? [] : [part.unread]));
}

function reasonOf(error: unknown): Pick<UnreadPart, 'code' | 'detail'> {
  if (error instanceof UpstreamRefused) {
    const { code } = error;
    const known = code === 'role_missing' || code === 'feature_disabled' ? code : 'defender_refused';
    return { code: known, detail: detailOf(error) };
  }
  if (error instanceof UpstreamUnavailable && error.throttled)
    return { code: 'too_many_requests', detail: error.message };
  const rejected = toRejectedInput(error);
  if (rejected.code !== 'temporarily_unavailable') throw error;
  return { code: 'temporarily_unavailable', detail: rejected.message };
}
