import { readFileSync } from 'node:fs';

/** A file of the real feeds beside the checkout (`../shared/feeds`): read by tests, never copied. */
export function readFeed(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`../../../shared/feeds/${name}`, import.meta.url)));
}
