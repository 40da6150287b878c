import { valueAt } from '../../../shared/contract/findings.ts';

/** Where a value lies in an OCSF event. */
export type OcsfPath = readonly (string | number)[];

/** A value of an OCSF event and its place. */
export interface OcsfValue {
  readonly value: unknown;
  readonly path: OcsfPath;
}

/** The first of these values that is there: `finding_info.uid` of `root`, say. `null` and empty text count as absent. */
export function firstOf(root: OcsfValue, ...names: readonly string[]): OcsfValue | undefined {
  for (const name of names) {
    const path = name.split('.');
    const value = valueAt(root.value, path);
    if (value !== undefined && value !== null && value !== '') return { value, path: [...root.path, ...path] };
  }
  return undefined;
}

/** The entries of a list, those that are `null` left out; none when there is no list. */
export function entriesOf(root: OcsfValue, name: string): readonly OcsfValue[] {
  const list = firstOf(root, name);
  if (list === undefined || !Array.isArray(list.value)) return [];
  const entries: readonly unknown[] = list.value;
  return entries
    .map((value, index) => ({ value, path: [...list.path, index] }))
    .filter(({ value }) => value !== undefined && value !== null);
}

/** The first of these values that is text. */
export function textOf(root: OcsfValue, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = firstOf(root, name)?.value;
    if (typeof value === 'string') return value;
  }
  return undefined;
}

/** A time in epoch milliseconds as the contract writes it; `undefined` when it is none. */
export function toTimeText(value: unknown): string | undefined {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > lastMs) return undefined;
  return new Date(value).toISOString().replace('.000Z', 'Z');
}

/** The end of the year 9999: later years have five digits. */
const lastMs = 253_402_300_799_999;
