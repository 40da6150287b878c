import { createHash } from 'node:crypto';
import { z } from 'zod';
import { indicatorActionSchema, indicatorTypeSchema } from '../../contract/indicator.ts';
import type { Immutable } from '../../contract/primitives.ts';
import { packJson, unpackJson } from '../../packed-json.ts';
import type { PackedProperties } from '../../packed-json.ts';
import { indicatorKey } from '../feed-item.ts';
import type { IndicatorIdentity } from '../feed-item.ts';

/** Rows of a tenant's ledger: a change writes only the rows it touches. */
export const bucketCount = 32;

const entrySchema = z.strictObject({
  indicatorType: indicatorTypeSchema,
  indicatorValue: z.string(),
  indicatorId: z.string().optional(),
  action: indicatorActionSchema,
  expirationTime: z.string(),
  since: z.string(),
  owners: z.array(z.string()),
  fingerprint: z.string(),
  pending: z.literal(true).optional(),
  refused: z.strictObject({ reason: z.string(), at: z.string() }).optional(),
});
const entriesSchema = z.array(entrySchema);

/**
 * What we believe a tenant holds because of us, per type and value. `indicatorId` is Defender's. `pending`: written before an import that
 * has not been recorded since, so the row may be there or not. `refused`: Defender did not take it; there is no row.
 * Times are RFC 3339; `since` is when we first held the value, `fingerprint` what `fingerprintOf` made of the row that was sent.
 */
export type LedgerEntry = Immutable<z.output<typeof entrySchema>>;

/** The entries of a tenant by `indicatorKey`. */
export type Ledger = ReadonlyMap<string, LedgerEntry>;

/** The ledger of some entries. */
export function toLedger(entries: Iterable<LedgerEntry>): Ledger {
  return new Map([...entries].map((entry) => [indicatorKey(entry), entry]));
}

/** The row (0 to 31) that keeps an indicator. */
export function bucketOf(indicator: IndicatorIdentity): number {
  return (createHash('sha256').update(indicatorKey(indicator)).digest()[0] ?? 0) % bucketCount;
}

/** A bucket as binary properties of one table row: gzip, each of less than 64 KiB; `packJson` says how. */
export function packBucket(entries: readonly LedgerEntry[]): PackedProperties {
  return packJson('entries', entries);
}

/** Reads back what `packBucket` wrote. Throws when the row is damaged: an unreadable ledger is not an empty one. */
export function unpackBucket(row: Readonly<Record<string, unknown>>): readonly LedgerEntry[] {
  return entriesSchema.parse(unpackJson('entries', row));
}

/** The buckets that differ, with their new entries in a stable order: what has to be written. */
export function changedBuckets(before: Ledger, after: Ledger): ReadonlyMap<number, readonly LedgerEntry[]> {
  const changed = new Set<number>();
  for (const [key, entry] of after) if (!isSame(before.get(key), entry)) changed.add(bucketOf(entry));
  for (const [key, entry] of before) if (!after.has(key)) changed.add(bucketOf(entry));
  const buckets = new Map<number, LedgerEntry[]>([...changed].sort((a, b) => a - b).map((bucket) => [bucket, []]));
  for (const entry of after.values()) buckets.get(bucketOf(entry))?.push(entry);
  for (const entries of buckets.values()) entries.sort((a, b) => (indicatorKey(a) < indicatorKey(b) ? -1 : 1));
  return buckets;
}

const fields = Object.keys(entrySchema.shape);

function isSame(a: LedgerEntry | undefined, b: LedgerEntry): boolean {
  if (a === b) return true;
  const said = (entry: LedgerEntry) =>
    JSON.stringify([entry.refused, fields.map((field) => entry[field as keyof LedgerEntry])]);
  return a !== undefined && said(a) === said(b);
}
