import { Buffer } from 'node:buffer';
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { WebhookKey } from './webhook-secret.ts';

/** A request as it came, and what to hold it against. */
export interface SignedRequest {
  /** Every header as name and value. A `Headers` will do: what it joined with a comma is refused by the forms below. */
  readonly headers: Iterable<readonly [string, string]>;
  /** The body's bytes as received, before anything decoded them. */
  readonly body: Uint8Array;
  /** The caller's keys; each one is tried, always. */
  readonly keys: readonly WebhookKey[];
  readonly nowMs: number;
}

/** Whether the request was signed by the caller. `reason` is for our log alone: the caller hears one 401 for all of them. */
export type SignatureCheck =
  { readonly ok: true; readonly webhookId: string } | { readonly ok: false; readonly reason: SignatureFlaw };

/** Why a signature was not taken. */
export type SignatureFlaw =
  | 'header_missing'
  | 'header_repeated'
  | 'header_too_long'
  | 'id_malformed'
  | 'timestamp_malformed'
  | 'signature_malformed'
  | 'signature_version_unknown'
  | 'no_keys'
  | 'signature_mismatch'
  | 'timestamp_too_old'
  | 'timestamp_too_new';

const headerNames: ReadonlySet<string> = new Set(['webhook-id', 'webhook-timestamp', 'webhook-signature']);
const toleranceSeconds = 300;
const longestHeader = 2048;

// Visible ASCII. Without '.', because id, time and body are signed with '.' between them; without ',', because that is
// how a header sent twice reads once it was joined.
const idPattern = /^[!-+/-~-]{1,256}$/;
const timestampPattern = /^[1-9][0-9]{9,11}$/;
const signaturesPattern = /^[a-z0-9]{1,16},[A-Za-z0-9+/_=-]+(?: [a-z0-9]{1,16},[A-Za-z0-9+/_=-]+){0,7}$/;

/**
 * Verifies a Standard Webhooks signature, scheme `v1`: HMAC-SHA256 over `{id}.{timestamp}.{body}`, 300 seconds to
 * either side of now. Never throws. Other schemes in the header (`v1a`, `v2`) are passed over.
 *
 * Own code rather than the `standardwebhooks` package, which reads `1674087231junk` as a time and decodes the body to
 * text first, so that different bodies of invalid UTF-8 carry the same signature.
 *
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function verifySignature(request: SignedRequest): SignatureCheck {
  const header = readHeaders(request.headers);
  if (typeof header === 'string') return refused(header);
  const flaw = flawOfForm(header);
  if (flaw !== undefined) return refused(flaw);

  const signatures = v1Signatures(header.signature);
  if (typeof signatures === 'string') return refused(signatures);
  if (request.keys.length === 0) return refused('no_keys');

  const signed = Buffer.concat([Buffer.from(`${header.id}.${header.timestamp}.`, 'ascii'), request.body]);
  if (!anyFits(signatures, request.keys, signed)) return refused('signature_mismatch');

  // Only now: what the time says of a request that nobody signed is no one's business.
  const ageSeconds = Math.floor(request.nowMs / 1000) - Number(header.timestamp);
  if (ageSeconds > toleranceSeconds) return refused('timestamp_too_old');
  if (ageSeconds < -toleranceSeconds) return refused('timestamp_too_new');
  return { ok: true, webhookId: header.id };
}

interface WebhookHeaders {
  readonly id: string;
  readonly timestamp: string;
  readonly signature: string;
}

function readHeaders(headers: SignedRequest['headers']): WebhookHeaders | SignatureFlaw {
  const found = new Map<string, string>();
  for (const [name, value] of headers) {
    const key = name.toLowerCase();
    if (!headerNames.has(key)) continue;
    if (found.has(key)) return 'header_repeated';
    if (value.length > longestHeader) return 'header_too_long';
    found.set(key, value);
  }
  const id = found.get('webhook-id');
  const timestamp = found.get('webhook-timestamp');
  const signature = found.get('webhook-signature');
  if (id === undefined || timestamp === undefined || signature === undefined) return 'header_missing';
  return { id, timestamp, signature };
}

function flawOfForm(header: WebhookHeaders): SignatureFlaw | undefined {
  if (!idPattern.test(header.id)) return 'id_malformed';
  if (!timestampPattern.test(header.timestamp)) return 'timestamp_malformed';
  return signaturesPattern.test(header.signature) ? undefined : 'signature_malformed';
}

/** The MACs of scheme v1, 32 bytes each. One that is not the canonical base64 of 32 bytes spoils the whole header. */
function v1Signatures(header: string): readonly Buffer[] | SignatureFlaw {
  const encoded = header.split(' ').flatMap((token) => (token.startsWith('v1,') ? [token.slice(3)] : []));
  if (encoded.length === 0) return 'signature_version_unknown';
  const decoded = encoded.map((text) => Buffer.from(text, 'base64'));
  const areWhole = decoded.every((mac, i) => mac.length === 32 && mac.toString('base64') === encoded[i]);
  return areWhole ? decoded : 'signature_malformed';
}

/** Compares every signature with every key, whether or not one fitted already: how long it takes tells nothing. */
function anyFits(signatures: readonly Buffer[], keys: readonly WebhookKey[], signed: Buffer): boolean {
  let fitting = 0;
  for (const key of keys) {
    const mac = createHmac('sha256', key).update(signed).digest();
    for (const signature of signatures) fitting += Number(timingSafeEqual(mac, signature));
  }
  return fitting > 0;
}

function refused(reason: SignatureFlaw): SignatureCheck {
  return { ok: false, reason };
}
