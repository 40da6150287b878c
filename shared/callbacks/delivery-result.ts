/** What came of one attempt to deliver a callback. */
export type DeliveryResult =
  | {
      readonly kind: 'Answered';
      readonly status: number;
      /** From `Retry-After`, in full, at most a day. */
      readonly retryAfterMs?: number;
    }
  /** The receiver could not be reached, or did not answer in time: name, connection, TLS, an address that is not public. */
  | { readonly kind: 'Unreachable'; readonly reason: string }
  /** The fault is ours (no key to sign with, a vault or store that does not answer): nothing was sent. */
  | { readonly kind: 'NotSent'; readonly reason: string };

/** Whose failure it was, if it was one. `Gone`: the receiver wants nothing more at that address. */
export type DeliveryVerdict = 'Delivered' | 'Gone' | 'TheirFailure' | 'OurFailure';

/** Only 2xx is a success: a redirect is not followed, and what it points to has not seen the callback. */
export function verdictOf(result: DeliveryResult): DeliveryVerdict {
  if (result.kind === 'NotSent') return 'OurFailure';
  if (result.kind === 'Unreachable') return 'TheirFailure';
  if (result.status >= 200 && result.status < 300) return 'Delivered';
  return result.status === 410 ? 'Gone' : 'TheirFailure';
}

/** The failure in words, for `callback.lastFailure`. */
export function toFailureDetail(result: DeliveryResult): string {
  return result.kind === 'Answered' ? `Answered ${result.status}.` : result.reason;
}
