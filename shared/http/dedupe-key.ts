import { createHash } from 'node:crypto';
import type { FieldError } from '../contract/problem.ts';
import { RejectedInput } from '../errors.ts';
import type { RouteRequest } from './route.ts';

const longestKey = 128;

/**
 * The key that makes a webhook's request the same request when it comes again (contract §2). Of a signed one `webhook-id`,
 * since nothing else in the headers is signed; of an Entra caller's `Idempotency-Key`, bare or as an RFC 8941 string.
 * Throws `invalid_header`. For `readHeaders` of a route.
 */
export function readDedupeKey({ caller, headers }: Pick<RouteRequest, 'caller' | 'headers'>): string {
  if (caller.via === 'Signature') return withoutBar(headers.get('webhook-id') ?? '');
  const value = headers.get('idempotency-key')?.trim() ?? '';
  const key = /^"([^"]*)"$/.exec(value)?.[1] ?? value;
  if (key === '') throw refused('required', 'Required: the same key for every try of the same request.');
  if (key.length > longestKey) throw refused('too_long', `At most ${longestKey} characters.`);
  if (!/^[A-Za-z0-9_.:-]+$/.test(key)) {
    throw refused('invalid_format', 'Must be of A-Z, a-z, 0-9, _, ., : and -, bare or in double quotes.');
  }
  return key;
}

/**
 * What a key stands for: the route and the body's very bytes.
 * @param route Method and path as the contract writes them, the same for every request of the route.
 */
export function fingerprintOf(route: string, bytes: Uint8Array): string {
  return createHash('sha256').update(`${route}\n`).update(bytes).digest('hex');
}

/** A `webhook-id` may hold any visible character; keys with a bar are our own (see `NewOperation.dedupeKey`). */
function withoutBar(id: string): string {
  return id.replaceAll('%', '%25').replaceAll('|', '%7C');
}

function refused(code: FieldError['code'], detail: string): RejectedInput {
  return new RejectedInput('invalid_header', `Idempotency-Key: ${detail}`, {
    errors: [{ parameter: 'Idempotency-Key', code, detail }],
  });
}
