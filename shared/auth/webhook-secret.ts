import { Buffer } from 'node:buffer';

/** The bytes of a webhook secret: an HMAC key. Never logged, never compared. */
export type WebhookKey = Uint8Array;

const prefix = 'whsec_';
const shortestBytes = 16;
const longestBytes = 64;

/**
 * Reads a secret as Standard Webhooks writes it: `whsec_` and the base64 of 16 to 64 bytes. `undefined` for anything
 * else. Only the canonical base64 is taken (alphabet of RFC 4648 §4, padded, no spare bits, no white space), so that
 * a secret that was cut or pasted with a line break is found when it is loaded and not as signatures that never fit.
 */
export function fromWebhookSecret(secret: string): WebhookKey | undefined {
  if (!secret.startsWith(prefix)) return undefined;
  const encoded = secret.slice(prefix.length);
  const key = Buffer.from(encoded, 'base64');
  const isCanonical = key.toString('base64') === encoded;
  return isCanonical && key.length >= shortestBytes && key.length <= longestBytes ? key : undefined;
}
