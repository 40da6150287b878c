import type { EgressResult } from '../egress/egress.client.ts';
import type { DeliveryResult } from './delivery-result.ts';
import type { Callback, PostCallback } from './post-callback.client.ts';

/** Tries a callback once. Throws `UpstreamUnavailable` when the vault does not answer; all else is a result. */
export type DeliverCallback = (callback: Callback) => Promise<DeliveryResult>;

/** From the first byte to the last of the answer; 5 s of it to connect. */
const timeoutMs = 15_000;

/** Creates the delivery of callbacks: one attempt, and what came of it in the words that decide about the next. */
export function createDeliverCallback(postCallback: PostCallback): DeliverCallback {
  return async (callback) => {
    const result = await postCallback(callback, { timeoutMs });
    if (result === undefined) return { kind: 'NotSent', reason: 'There is no secret to sign with.' };
    return toDeliveryResult(result);
  };
}

/** The status is what counts: an answer whose body did not end well was an answer all the same. */
function toDeliveryResult(result: EgressResult): DeliveryResult {
  if (result.ok) return { kind: 'Answered', status: result.status };
  const { status, retryAfterMs, detail } = result;
  if (status === undefined) return { kind: 'Unreachable', reason: detail };
  return { kind: 'Answered', status, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}
