import { Buffer } from 'node:buffer';
import type { CallerKeys } from '../auth/caller-keys.client.ts';
import { callbackSecretName } from '../auth/caller-keys.client.ts';
import type { Clock } from '../clock.ts';
import type { CallbackEvent } from '../contract/callback-event.ts';
import type { Egress, EgressResult } from '../egress/egress.client.ts';
import { signCallback } from './sign-callback.ts';

/** An event on its way to one caller. */
export interface Callback {
  readonly callerId: string;
  readonly url: string;
  /** The same at every attempt. */
  readonly webhookId: string;
  readonly event: CallbackEvent;
}

/** What sending a callback needs. */
export interface PostCallbackOptions {
  readonly egress: Pick<Egress, 'post'>;
  readonly keys: Pick<CallerKeys, 'of'>;
  readonly now: Clock;
  readonly userAgent: string;
}

/** Sends a signed callback once; `undefined` when there is no secret to sign it with. Throws `UpstreamUnavailable` when that cannot be told. */
export type PostCallback = (
  callback: Callback,
  limits: { readonly timeoutMs: number },
) => Promise<EgressResult | undefined>;

/** As much of an answer as anybody may want to see. */
const longestAnswer = 4_096;

/** Creates the one way callbacks take. Its connection is refused to any address that is not public, and redirects are not followed. */
export function createPostCallback({ egress, keys, now, userAgent }: PostCallbackOptions): PostCallback {
  return async ({ callerId, url, webhookId, event }, { timeoutMs }) => {
    const secrets = await keys.of(callbackSecretName(callerId));
    if (secrets.length === 0) return undefined;
    const body = Buffer.from(JSON.stringify(event));
    const signed = signCallback({ webhookId, body, nowMs: now() }, secrets);
    const headers = { ...signed, 'user-agent': userAgent };
    return egress.post(url, { body, headers, timeoutMs, maxBytes: longestAnswer, whenTooLarge: 'cut' });
  };
}
