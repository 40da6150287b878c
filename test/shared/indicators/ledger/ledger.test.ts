import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  bucketOf,
  changedBuckets,
  packBucket,
  toLedger,
  unpackBucket,
} from '../../../../shared/indicators/ledger/ledger.ts';
import type { LedgerEntry } from '../../../../shared/indicators/ledger/ledger.ts';
import { indicatorKey } from '../../../../shared/indicators/feed-item.ts';

function entry(indicatorValue: string, more: Partial<LedgerEntry> = {}): LedgerEntry {
  return {
    ...{ indicatorType: 'DomainName', indicatorValue, indicatorId: '4711', action: 'Block', owners: ['phishing'] },
    ...{ expirationTime: '2026-12-20T00:00:00Z', since: '2026-11-20T00:00:00Z', fingerprint: 'f' },
    ...more,
  };
}

const entries = fc
  .uniqueArray(fc.record({ value: fc.domain(), id: fc.stringMatching(/^\d{1,8}$/), isPending: fc.boolean() }), {
    selector: (e) => e.value,
  })
  .map((list) => list.map((e) => entry(e.value, { indicatorId: e.id, ...(e.isPending ? { pending: true } : {}) })));

describe('buckets', () => {
  test('hold all, and spread', () => {
    const counts = new Array<number>(32).fill(0);
    for (let i = 0; i < 15_000; i += 1) counts[bucketOf(entry(`n${i}.example`))]! += 1;
    expect(Math.min(...counts)).toBeGreaterThan(350);
    expect(Math.max(...counts)).toBeLessThan(600);
  });

  test('are read back as they were packed', () => {
    fc.assert(
      fc.property(entries, (list) => void expect(unpackBucket(packBucket(list))).toEqual(list)),
      { numRuns: 30 },
    );
    const refused = entry('a.example', { refused: { reason: 'InvalidDomainName', at: '2026-11-20T00:00:00Z' } });
    expect(unpackBucket(packBucket([refused]))).toEqual([refused]);
  });

  test('fit into a row even when every value is as long and as random as it can be', () => {
    const list = Array.from({ length: 600 }, () =>
      entry(`https://bad.example/${randomBytes(585).toString('base64url')}`, {
        indicatorType: 'Url',
        indicatorId: randomBytes(6).readUIntBE(0, 6).toString(),
        fingerprint: randomBytes(16).toString('base64url'),
      }),
    );
    const pieces = Object.values(packBucket(list));
    for (const piece of pieces) expect(piece.length).toBeLessThan(64 * 1024);
    expect(pieces.reduce((sum, piece) => sum + piece.length, 0)).toBeLessThan(1024 * 1024);
    expect(unpackBucket(packBucket(list))).toEqual(list);
  });

  test('a damaged or foreign row is an error, never an empty ledger', () => {
    expect(() => unpackBucket({})).toThrow();
    expect(() => unpackBucket({ entries0: new Uint8Array([1, 2]) })).toThrow();
    expect(() =>
      unpackBucket(packBucket([{ ...entry('a.example'), action: 'Explode' } as unknown as LedgerEntry])),
    ).toThrow();
  });
});

describe('what has to be written', () => {
  test('nothing, when nothing changed', () => {
    const list = [entry('a.example'), entry('b.example')];
    expect(changedBuckets(toLedger(list), toLedger(list.map((e) => ({ ...e })).reverse())).size).toBe(0);
  });

  test.each<[string, Partial<LedgerEntry>]>([
    ['an id', { indicatorId: '1' }],
    ['an owner', { owners: ['phishing', 'x'] }],
    ['an expiry', { expirationTime: '2026-12-21T00:00:00Z' }],
    ['a mark', { pending: true }],
    ['a refusal', { refused: { reason: 'r', at: '2026-11-20T00:00:00Z' } }],
  ])('the one bucket of an entry with %s changed, whole', (_, change) => {
    const list = Array.from({ length: 200 }, (__, i) => entry(`n${i}.example`));
    const changed = entry('n7.example', change);
    const after = toLedger([...list, changed]);
    const buckets = changedBuckets(toLedger(list), after);
    expect([...buckets.keys()]).toEqual([bucketOf(changed)]);
    const expected = [...after.values()].filter((e) => bucketOf(e) === bucketOf(changed));
    expect(buckets.get(bucketOf(changed))).toHaveLength(expected.length);
  });

  test('writing the changed buckets over the old ones gives the new ledger', () => {
    fc.assert(
      fc.property(entries, entries, (before, after) => {
        const rows = new Map([...changedBuckets(new Map(), toLedger(before))]);
        for (const [bucket, list] of changedBuckets(toLedger(before), toLedger(after))) rows.set(bucket, list);
        const written = [...rows.values()].flat().map((e) => [indicatorKey(e), e]);
        expect(new Map(written as [string, LedgerEntry][])).toEqual(toLedger(after));
      }),
    );
  });
});
