import type { Clock } from '../clock.ts';
import type { CallbackEvent } from '../contract/callback-event.ts';
import { verifyAnswerSchema } from '../contract/callback-event.ts';
import { toTime } from '../contract/primitives.ts';
import type { EgressResult } from '../egress/egress.client.ts';
import { parseJson } from '../http/parse-json.ts';
import { toWebhookId } from './plan-callbacks.ts';
import type { PostCallback } from './post-callback.client.ts';

/** Whether whoever answers at an address wants our callbacks there; `detail` in words, for `callback.lastFailure`. */
export type AddressVerdict = { readonly isVerified: true } | { readonly isVerified: false; readonly detail: string };

/** Asks an address once. Throws `UpstreamUnavailable` when the vault does not answer. */
export type VerifyAddress = (caller: { readonly callerId: string; readonly url: string }) => Promise<AddressVerdict>;

/** What verifying needs. `newChallenge` gives a text that nobody can guess. */
export interface VerifyAddressOptions {
  readonly postCallback: PostCallback;
  readonly now: Clock;
  readonly newChallenge: () => string;
}

const timeoutMs = 10_000;

/** Creates the proof that an address belongs to the caller: a signed `callback.verify`, whose challenge comes back (contract §10). */
export function createVerifyAddress({ postCallback, now, newChallenge }: VerifyAddressOptions): VerifyAddress {
  return async ({ callerId, url }) => {
    const challenge = newChallenge();
    const event: CallbackEvent = { type: 'callback.verify', timestamp: toTime(now()), data: { challenge } };
    const callback = { callerId, url, event, webhookId: toWebhookId(event, callerId) };
    const result = await postCallback(callback, { timeoutMs });
    const detail = result === undefined ? 'There is no secret to sign with.' : flawOf(result, challenge);
    return detail === undefined ? { isVerified: true } : { isVerified: false, detail };
  };
}

function flawOf(result: EgressResult, challenge: string): string | undefined {
  if (!result.ok) return result.detail;
  if (result.status !== 200) return `Answer ${result.status}.`;
  const json = parseJson(result.body);
  const answer = json.ok ? verifyAnswerSchema.safeParse(json.value).data : undefined;
  return answer?.challenge === challenge ? undefined : 'The answer does not hold the challenge.';
}
