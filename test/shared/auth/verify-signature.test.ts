import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SignatureFlaw, SignedRequest } from '../../../shared/auth/verify-signature.ts';
import { verifySignature } from '../../../shared/auth/verify-signature.ts';
import { fromWebhookSecret } from '../../../shared/auth/webhook-secret.ts';

interface Signed {
  readonly id: string;
  readonly timestamp: string;
  readonly signature: string;
  readonly body: Buffer;
  readonly key: Buffer;
}

const nowSeconds = 1_763_632_809;
const key = Buffer.alloc(32, 7);

/** Signs without any of the product's code. */
function mac(secret: Buffer, id: string, timestamp: string, body: Buffer): string {
  return createHmac('sha256', secret).update(`${id}.${timestamp}.`).update(body).digest('base64');
}

function signed(change: Partial<Omit<Signed, 'signature'>> = {}): Signed {
  const it = { id: 'msg_1', timestamp: `${nowSeconds}`, body: Buffer.from('{"a":1}'), key, ...change };
  return { ...it, signature: `v1,${mac(it.key, it.id, it.timestamp, it.body)}` };
}

function pairs({ id, timestamp, signature }: Signed): [string, string][] {
  return [
    ['content-type', 'application/json'],
    ['webhook-id', id],
    ['webhook-timestamp', timestamp],
    ['webhook-signature', signature],
  ];
}

function check(it: Signed, more: Partial<SignedRequest> = {}) {
  return verifySignature({ headers: pairs(it), body: it.body, keys: [it.key], nowMs: nowSeconds * 1000, ...more });
}

const good = signed();
const otherMac = mac(Buffer.alloc(32, 8), good.id, good.timestamp, good.body);
const goodMac = good.signature.slice(3);

describe('published vectors', () => {
  test.each([
    {
      source: 'Standard Webhooks',
      secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      timestamp: '1614265330',
      body: '{"test": 2432232314}',
      signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    },
    {
      source: 'Svix',
      secret: 'whsec_plJ3nmyCDGBKInavdOK15jsl',
      id: 'msg_loFOjxBNrRLzqYUf',
      timestamp: '1731705121',
      body: '{"event_type":"ping","data":{"success":true}}',
      signature: 'v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=',
    },
  ])('$source', ({ secret, id, timestamp, body, signature }) => {
    const published = fromWebhookSecret(secret);
    const request = { id, timestamp, signature, body: Buffer.from(body), key: Buffer.from(published ?? []) };
    expect(check(request, { nowMs: Number(timestamp) * 1000 })).toEqual({ ok: true, webhookId: id });
  });
});

describe('accepted', () => {
  const accepted: readonly (readonly [string, Signed, Partial<SignedRequest>?])[] = [
    ['a plain request', good],
    ['an empty body', signed({ body: Buffer.alloc(0) })],
    ['a body that is not UTF-8', signed({ body: Buffer.from([0xff, 0xfe, 0x00, 0x80]) })],
    ['a body with a byte order mark that was signed', signed({ body: Buffer.from('\uFEFF{}') })],
    ['300 s old', good, { nowMs: (nowSeconds + 300) * 1000 + 999 }],
    ['300 s ahead', good, { nowMs: (nowSeconds - 300) * 1000 }],
    ['header names in any case', good, { headers: pairs(good).map(([name, value]) => [name.toUpperCase(), value]) }],
    ['a Headers object', good, { headers: new Headers(pairs(good)) }],
    ['the second of two signatures', { ...good, signature: `v1,${otherMac} v1,${goodMac}` }],
    ['a signature beside other versions', { ...good, signature: `v1a,abc v2,${otherMac} v1,${goodMac}` }],
    ['8 signatures', { ...good, signature: Array.from({ length: 8 }, () => good.signature).join(' ') }],
    ['an id of 256 characters', signed({ id: 'x'.repeat(256) })],
    ['an id of every character allowed', signed({ id: '!"#$%&\'()*+/09:;<=>?@AZ[\\]^_`az{|}~-' })],
    ['the oldest of three keys', good, { keys: [Buffer.alloc(16, 1), Buffer.alloc(64, 2), key] }],
    ['the newest of three keys', good, { keys: [key, Buffer.alloc(16, 1), Buffer.alloc(64, 2)] }],
    ['256 KiB', signed({ body: Buffer.alloc(256 * 1024, 'x') })],
  ];
  test.each(accepted.map(([name, it, more = {}]) => ({ name, it, more })))('$name', ({ it, more }) => {
    expect(check(it, more)).toEqual({ ok: true, webhookId: it.id });
  });
});

describe('refused', () => {
  const without = (name: string) => ({ headers: pairs(good).filter(([other]) => other !== name) });
  const twice = (name: string, value: string) => ({ headers: [...pairs(good), [name, value] as [string, string]] });
  const joined = (name: string, value: string) => ({ headers: new Headers([...pairs(good), [name, value]]) });
  const signature = (value: string): Signed => ({ ...good, signature: value });
  const body = (bytes: Buffer): Signed => ({ ...good, body: bytes });

  const cases: readonly (readonly [string, SignatureFlaw, Signed, Partial<SignedRequest>?])[] = [
    ['no id', 'header_missing', good, without('webhook-id')],
    ['no timestamp', 'header_missing', good, without('webhook-timestamp')],
    ['no signature', 'header_missing', good, without('webhook-signature')],
    ['no headers', 'header_missing', good, { headers: [] }],
    ['two ids', 'header_repeated', good, twice('webhook-id', 'msg_2')],
    ['the same id twice', 'header_repeated', good, twice('Webhook-Id', good.id)],
    ['two timestamps', 'header_repeated', good, twice('webhook-timestamp', good.timestamp)],
    ['two signature headers', 'header_repeated', good, twice('webhook-signature', good.signature)],
    ['two ids, joined', 'id_malformed', good, joined('webhook-id', 'msg_2')],
    ['two timestamps, joined', 'timestamp_malformed', good, joined('webhook-timestamp', good.timestamp)],
    ['two signature headers, joined', 'signature_malformed', good, joined('webhook-signature', good.signature)],
    ['an empty id', 'id_malformed', signed({ id: '' })],
    ['a dot in the id', 'id_malformed', signed({ id: 'msg_1.2' })],
    ['a space in the id', 'id_malformed', signed({ id: 'msg 1' })],
    ['a comma in the id', 'id_malformed', signed({ id: 'msg,1' })],
    ['NUL in the id', 'id_malformed', signed({ id: 'msg\0' })],
    ['a line break in the id', 'id_malformed', signed({ id: 'msg_1\r\nx-role: admin' })],
    ['a line break after the id', 'id_malformed', signed({ id: 'msg_1\n' })],
    ['an id outside ASCII', 'id_malformed', signed({ id: 'msg_é' })],
    ['an id of 257 characters', 'id_malformed', signed({ id: 'x'.repeat(257) })],
    ['junk after the timestamp', 'timestamp_malformed', signed({ timestamp: `${nowSeconds}junk` })],
    ['a space before the timestamp', 'timestamp_malformed', signed({ timestamp: ` ${nowSeconds}` })],
    ['a line break after the timestamp', 'timestamp_malformed', signed({ timestamp: `${nowSeconds}\n` })],
    ['a timestamp with a leading zero', 'timestamp_malformed', signed({ timestamp: `0${nowSeconds}` })],
    ['a timestamp with a sign', 'timestamp_malformed', signed({ timestamp: `+${nowSeconds}` })],
    ['a negative timestamp', 'timestamp_malformed', signed({ timestamp: `-${nowSeconds}` })],
    ['a fraction in the timestamp', 'timestamp_malformed', signed({ timestamp: `${nowSeconds}.5` })],
    ['an exponent in the timestamp', 'timestamp_malformed', signed({ timestamp: '1e9' })],
    ['a timestamp in hex', 'timestamp_malformed', signed({ timestamp: '0x691ecba9' })],
    ['a timestamp of 9 digits', 'timestamp_malformed', signed({ timestamp: '999999999' })],
    ['a timestamp of 13 digits (milliseconds)', 'timestamp_malformed', signed({ timestamp: `${nowSeconds}000` })],
    ['a timestamp in other digits', 'timestamp_malformed', signed({ timestamp: '١٧٦٣٦٣٢٨٠٩' })],
    ['an empty timestamp', 'timestamp_malformed', signed({ timestamp: '' })],
    ['301 s old', 'timestamp_too_old', good, { nowMs: (nowSeconds + 301) * 1000 }],
    ['301 s ahead', 'timestamp_too_new', good, { nowMs: (nowSeconds - 301) * 1000 }],
    [
      'stale and signed by nobody: the signature speaks first',
      'signature_mismatch',
      good,
      { keys: [Buffer.alloc(32)], nowMs: 0 },
    ],
    ['an empty signature', 'signature_malformed', signature('')],
    ['a truncated signature', 'signature_malformed', signature(good.signature.slice(0, -8))],
    ['a signature without its padding', 'signature_malformed', signature(good.signature.slice(0, -1))],
    ['a signature with bytes to spare', 'signature_malformed', signature(`v1,${Buffer.alloc(33).toString('base64')}`)],
    ['a signature with spare bits set', 'signature_malformed', signature(`v1,${'A'.repeat(42)}B=`)],
    ['a signature in base64url', 'signature_malformed', signature(`v1,${'-_'.repeat(21)}A=`)],
    ['a signature in hex', 'signature_malformed', signature(`v1,${Buffer.from(goodMac, 'base64').toString('hex')}`)],
    ['version without comma', 'signature_malformed', signature(`v1${goodMac}`)],
    ['version with = in place of the comma', 'signature_malformed', signature(`v1=${goodMac}`)],
    ['no version', 'signature_malformed', signature(goodMac)],
    ['an empty version', 'signature_malformed', signature(`,${goodMac}`)],
    ['a version in capitals', 'signature_malformed', signature(`V1,${goodMac}`)],
    ['a version alone', 'signature_malformed', signature('v1,')],
    ['a good signature beside a broken one', 'signature_malformed', signature(`v1,abc ${good.signature}`)],
    ['commas between signatures', 'signature_malformed', signature(`${good.signature},${good.signature}`)],
    ['two spaces between signatures', 'signature_malformed', signature(`${good.signature}  ${good.signature}`)],
    ['a space before the signature', 'signature_malformed', signature(` ${good.signature}`)],
    ['a space after the signature', 'signature_malformed', signature(`${good.signature} `)],
    ['a tab between signatures', 'signature_malformed', signature(`v2,a\t${good.signature}`)],
    ['a line break in the signature', 'signature_malformed', signature(`${good.signature}\r\nx-role: admin`)],
    ['NUL in the signature', 'signature_malformed', signature(`${good.signature}\0`)],
    ['9 signatures', 'signature_malformed', signature(Array.from({ length: 9 }, () => good.signature).join(' '))],
    ['a signature header over 2 KiB', 'header_too_long', signature(`v2,${'A'.repeat(2048)} ${good.signature}`)],
    ['an id header over 2 KiB', 'header_too_long', signed({ id: 'x'.repeat(2049) })],
    ['v2 only', 'signature_version_unknown', signature(`v2,${goodMac}`)],
    ['v1a only', 'signature_version_unknown', signature(`v1a,${goodMac}`)],
    ['v10 is not v1', 'signature_version_unknown', signature(`v10,${goodMac}`)],
    ['no key', 'no_keys', good, { keys: [] }],
    ['the wrong key', 'signature_mismatch', good, { keys: [Buffer.alloc(32, 8), Buffer.alloc(16, 9)] }],
    ['a longer key', 'signature_mismatch', good, { keys: [Buffer.concat([key, Buffer.from([1])])] }],
    ['another id', 'signature_mismatch', { ...good, id: 'msg_2' }],
    ['another time within the window', 'signature_mismatch', { ...good, timestamp: `${nowSeconds + 1}` }],
    ['another body', 'signature_mismatch', body(Buffer.from('{"a":2}'))],
    ['no body', 'signature_mismatch', body(Buffer.alloc(0))],
    ['NUL after the body', 'signature_mismatch', body(Buffer.from('{"a":1}\0'))],
    ['a byte order mark before the body', 'signature_mismatch', body(Buffer.from('\uFEFF{"a":1}'))],
    ['a line break after the body', 'signature_mismatch', body(Buffer.from('{"a":1}\n'))],
    ['white space in the body', 'signature_mismatch', body(Buffer.from('{"a": 1}'))],
    ['the same JSON otherwise escaped', 'signature_mismatch', body(Buffer.from('{"\\u0061":1}'))],
    ['the body in UTF-16', 'signature_mismatch', body(Buffer.from('{"a":1}', 'utf16le'))],
    [
      'other invalid UTF-8, equal once decoded',
      'signature_mismatch',
      { ...signed({ body: Buffer.from([0x22, 0xff, 0x22]) }), body: Buffer.from([0x22, 0xfe, 0x22]) },
    ],
    [
      'a dot moved from the time to the body',
      'signature_mismatch',
      { ...good, body: Buffer.from(`.${good.body.toString()}`) },
    ],
    [
      'a signature over the body alone',
      'signature_mismatch',
      signature(`v1,${createHmac('sha256', key).update(good.body).digest('base64')}`),
    ],
    ['32 zero bytes', 'signature_mismatch', signature(`v1,${Buffer.alloc(32).toString('base64')}`)],
  ];
  test.each(cases.map(([name, reason, it, more = {}]) => ({ name, reason, it, more })))(
    '$name: $reason',
    ({ reason, it, more }) => {
      expect(check(it, more)).toEqual({ ok: false, reason });
    },
  );
});

describe('laws', () => {
  const idText = fc.string({
    unit: fc.constantFrom(...'!"#$%&\'()*+-/09:;<=>?@AZ[]^_`az{|}~'),
    minLength: 1,
    maxLength: 64,
  });
  const request = fc.record({
    id: idText,
    body: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    key: fc.uint8Array({ minLength: 16, maxLength: 64 }).map((bytes) => Buffer.from(bytes)),
    skew: fc.integer({ min: -300, max: 300 }),
  });

  test('what the key signed is accepted', () => {
    fc.assert(
      fc.property(
        request,
        fc.array(fc.uint8Array({ minLength: 16, maxLength: 64 }), { maxLength: 2 }),
        (it, others) => {
          const one = signed({ ...it, timestamp: `${nowSeconds + it.skew}` });
          expect(check(one, { keys: [...others, one.key] })).toEqual({ ok: true, webhookId: one.id });
        },
      ),
      { numRuns: 500 },
    );
  });

  test('whatever is changed is refused, and nothing throws', () => {
    const flip = fc.record({ at: fc.nat(), by: fc.integer({ min: 1, max: 255 }) });
    const change = fc.oneof(
      fc.record({ part: fc.constantFrom('id', 'timestamp', 'signature', 'body', 'key'), flip }),
      fc.record({ part: fc.constantFrom('id', 'timestamp', 'signature'), text: fc.string({ unit: 'binary' }) }),
      fc.record({ part: fc.constantFrom('id', 'timestamp', 'signature', 'body'), cut: fc.integer({ min: 1, max: 8 }) }),
      fc.record({ part: fc.constantFrom('id', 'timestamp', 'signature', 'body'), add: fc.string({ minLength: 1 }) }),
    );
    fc.assert(
      fc.property(request, change, (it, changed) => {
        const one = signed({ ...it, timestamp: `${nowSeconds + it.skew}` });
        const other = { ...one, [changed.part]: mutated(one[changed.part as keyof Signed], changed) };
        fc.pre(!asksTheSame(one, other));
        expect(check(other)).toMatchObject({ ok: false });
      }),
      { numRuns: 5_000 },
    );
  });

  test('random headers and bodies are refused, and nothing throws', () => {
    const name = fc.constantFrom('webhook-id', 'webhook-timestamp', 'webhook-signature', 'Webhook-Id', 'x');
    const value = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(good.id, good.timestamp, `v1,${otherMac}`));
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value)), fc.uint8Array(), (headers, body) => {
        expect(verifySignature({ headers, body, keys: [key], nowMs: nowSeconds * 1000 }).ok).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });
});

type Change = { flip: { at: number; by: number } } | { text: string } | { cut: number } | { add: string };

function mutated(value: string | Buffer, change: Change): string | Buffer {
  if (typeof value === 'string') return mutatedBytes(Buffer.from(value, 'latin1'), change).toString('latin1');
  return mutatedBytes(value, change);
}

function mutatedBytes(bytes: Buffer, change: Change): Buffer {
  if ('text' in change) return Buffer.from(change.text, 'latin1');
  if ('cut' in change) return bytes.subarray(0, Math.max(0, bytes.length - change.cut));
  if ('add' in change) return Buffer.concat([bytes, Buffer.from(change.add)]);
  const copy = Buffer.from(bytes);
  const at = change.flip.at % Math.max(1, copy.length);
  if (copy.length > 0) copy[at] = (copy[at] ?? 0) ^ change.flip.by;
  return copy;
}

/** Whether the change changed nothing, or only added a signature of a version that is passed over. */
function asksTheSame(a: Signed, b: Signed): boolean {
  const isSigned = a.signature === b.signature || b.signature.startsWith(`${a.signature} `);
  return isSigned && a.id === b.id && a.timestamp === b.timestamp && a.body.equals(b.body) && a.key.equals(b.key);
}
