/** More values than this in one document do not fit beside each other into the memory of an instance while they are read. */
export const mostValuesOfDocument = 250_000;

/** A fifth more than was measured: 200,000 URLs in memory, one feed of them read again and a tenant planned take a heap of 268 MiB. */
const bytesOfValue = 1_600;

/** How many values all feeds together may have in a process with this much heap. */
export function mostValuesIn(heapBytes: number): number {
  return Math.floor(heapBytes / bytesOfValue);
}
