import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { fingerprintOf, readDedupeKey } from '../../../shared/http/dedupe-key.ts';
import { administrator } from '../../builders/serve.ts';

const read = (headers: Record<string, string>, via: 'Entra' | 'Signature' = 'Entra') =>
  readDedupeKey({ caller: { ...administrator, via }, headers: new Headers(headers) });

function refusalOf(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return error;
  }
}

describe('readDedupeKey', () => {
  it.each([
    ['case-17', 'case-17'],
    ['"case-17"', 'case-17'],
    ['  a_b.c:d-1  ', 'a_b.c:d-1'],
    ['x'.repeat(128), 'x'.repeat(128)],
    [`"${'x'.repeat(128)}"`, 'x'.repeat(128)],
  ])('takes %s of an Entra caller', (value, key) => {
    expect(read({ 'idempotency-key': value })).toBe(key);
  });

  it.each([
    [{}, 'required'],
    [{ 'idempotency-key': '' }, 'required'],
    [{ 'idempotency-key': '""' }, 'required'],
    [{ 'idempotency-key': 'x'.repeat(129) }, 'too_long'],
    [{ 'idempotency-key': 'a b' }, 'invalid_format'],
    [{ 'idempotency-key': '"a' }, 'invalid_format'],
    [{ 'idempotency-key': 'a"' }, 'invalid_format'],
    [{ 'idempotency-key': 'a|b' }, 'invalid_format'],
    [{ 'idempotency-key': 'a, a' }, 'invalid_format'],
    [{ 'webhook-id': 'msg_1' }, 'required'],
  ])('refuses %j of an Entra caller', (headers: Record<string, string>, code) => {
    const refusal = { code: 'invalid_header', errors: [{ parameter: 'Idempotency-Key', code }] };
    expect(refusalOf(() => read(headers))).toMatchObject(refusal);
  });

  it('takes the signed id of a signed request, whatever else it says', () => {
    expect(read({ 'webhook-id': 'msg_1', 'idempotency-key': 'other' }, 'Signature')).toBe('msg_1');
  });

  it('keeps signed ids out of our own keys, and apart from each other', () => {
    const ids = ['op_1|release', 'op_1%7Crelease', 'op_1%257Crelease'];
    const keys = ids.map((id) => read({ 'webhook-id': id }, 'Signature'));
    expect(keys.filter((key) => key.includes('|'))).toEqual([]);
    expect(new Set(keys).size).toBe(ids.length);
  });
});

describe('fingerprintOf', () => {
  it('is of the route and the bytes', () => {
    const bytes = new TextEncoder().encode('{"a":1}');
    expect(fingerprintOf('POST /a', bytes)).toBe(createHash('sha256').update('POST /a\n{"a":1}').digest('hex'));
    expect(fingerprintOf('POST /b', bytes)).not.toBe(fingerprintOf('POST /a', bytes));
  });
});
