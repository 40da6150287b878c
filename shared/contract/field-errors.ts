import type { z } from 'zod';
import { findingsOf, valueAt } from './findings.ts';
import type { FieldError } from './problem.ts';

/** No answer names more places than a person would read: a body can hold thousands of wrong ones. */
const maxErrors = 100;

/**
 * The errors of a refused body, at most one for each place and 100 in all.
 * @param error What zod's `safeParse` gave.
 * @param input The value that was parsed: tells a missing field from a wrong one.
 * @param base Where `input` lies in the body, as a pointer: `#` for the whole, `#/data` for an envelope's data.
 */
export function fieldErrorsOf(error: z.ZodError, input: unknown, base = '#'): FieldError[] {
  const byPointer = new Map<string, FieldError>();
  for (const { path, code, detail } of findingsOf(error.issues, input)) {
    const pointer = toPointer(path, base);
    if (!byPointer.has(pointer)) byPointer.set(pointer, { pointer, code, detail });
  }
  return [...byPointer.values()].slice(0, maxErrors);
}

/** RFC 6901 pointer as a URI fragment: `['data', 'a/b']` → `#/data/a~1b`. */
export function toPointer(path: readonly PropertyKey[], base = '#'): string {
  const tokens = path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
  return base + encodeURI(tokens.toWellFormed()).replaceAll('#', '%23');
}

/** For a read-only id in a document: it may be left out, but must not differ from the path's. Letter case does not count. */
export function pathIdErrors(input: unknown, field: string, pathId: string): FieldError[] {
  const id = valueAt(input, [field]);
  if (id === undefined || (typeof id === 'string' && id.toLowerCase() === pathId)) return [];
  return [{ pointer: toPointer([field]), code: 'mismatch', detail: `Must equal the ${field} of the path.` }];
}
