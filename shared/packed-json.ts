import { gunzipSync, gzipSync } from 'node:zlib';

/** A table's binary property holds 64 KiB; a little less leaves room for the service's own rounding. In bytes. */
const maxPropertyBytes = 63 * 1024;

/** Binary properties of a table row, by name. */
export type PackedProperties = Readonly<Record<string, Uint8Array>>;

/**
 * Packs a JSON value into binary properties of one table row: gzip, cut into `{name}0`, `{name}1`, … of at most 63 KiB.
 * A row holds 1 MiB in all: what may grow beyond that is cut into rows by its owner.
 */
export function packJson(name: string, value: unknown): PackedProperties {
  const packed = gzipSync(Buffer.from(JSON.stringify(value), 'utf8'));
  const pieces = Math.max(1, Math.ceil(packed.length / maxPropertyBytes));
  return Object.fromEntries(
    Array.from({ length: pieces }, (_, i) => [
      `${name}${i}`,
      new Uint8Array(packed.subarray(i * maxPropertyBytes, (i + 1) * maxPropertyBytes)),
    ]),
  );
}

/** Reads back what {@link packJson} wrote; `undefined` when the row has no such value. Throws when the bytes are damaged. */
export function unpackJson(name: string, row: Readonly<Record<string, unknown>>): unknown {
  const pieces: Uint8Array[] = [];
  for (let i = 0; ; i += 1) {
    const piece = row[`${name}${i}`];
    if (!(piece instanceof Uint8Array)) break;
    pieces.push(piece);
  }
  if (pieces.length === 0) return undefined;
  return JSON.parse(gunzipSync(Buffer.concat(pieces)).toString('utf8'));
}
