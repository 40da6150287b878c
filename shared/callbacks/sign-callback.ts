import { Buffer } from 'node:buffer';
import { createHmac } from 'node:crypto';
import type { WebhookKey } from '../auth/webhook-secret.ts';

/** A callback that is about to be sent. */
export interface UnsignedCallback {
  /** Names the event: the same at every attempt, so that the receiver can tell a repeat. Without `.`. */
  readonly webhookId: string;
  readonly body: Uint8Array;
  /** Of this attempt, not of the event: the receiver refuses what is over five minutes old. */
  readonly nowMs: number;
}

/** The headers that a signed body is sent with. */
export type SignedHeaders = Readonly<
  Record<'content-type' | 'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string>
>;

/**
 * Signs a callback as Standard Webhooks `v1` has it. With several keys there are as many signatures: while a secret is
 * rotated, a receiver that knows only the older one still finds its own. Throws a `RangeError` without a key.
 *
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function signCallback({ webhookId, body, nowMs }: UnsignedCallback, keys: readonly WebhookKey[]): SignedHeaders {
  if (keys.length === 0) throw new RangeError('A callback is signed, or it is not sent.');
  const timestamp = String(Math.floor(nowMs / 1000));
  const signed = Buffer.concat([Buffer.from(`${webhookId}.${timestamp}.`, 'ascii'), body]);
  const signatures = keys.map((key) => `v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
  return {
    'content-type': 'application/json',
    'webhook-id': webhookId,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  };
}
