import type { z } from 'zod';
import { findingsOf } from '../contract/findings.ts';
import type { FieldError } from '../contract/problem.ts';

/** Query parameters as understood: those that were given, and what is wrong with them. */
export interface ReadQuery<T> {
  readonly values: T;
  readonly errors: readonly FieldError[];
}

/**
 * Reads the query parameters that `schema` names, each of them text that may be left out; others are ignored. One given
 * twice is refused. With errors, at most one for each parameter, `values` is empty.
 */
export function readQuery<T extends object>(
  query: URLSearchParams,
  schema: z.ZodObject & z.ZodType<T>,
): ReadQuery<Partial<T>> {
  const names = Object.keys(schema.shape).filter((name) => query.has(name));
  const repeated = names.filter((name) => query.getAll(name).length > 1).map(toRepeatedError);
  const given = Object.fromEntries(names.map((name) => [name, query.get(name)]));
  const parsed = schema.safeParse(given);
  if (parsed.success && repeated.length === 0) return { values: parsed.data, errors: [] };
  const found = parsed.success ? [] : findingsOf(parsed.error.issues, given);
  const wrong = found.map(({ path, code, detail }) => ({ parameter: String(path[0]), code, detail }));
  const first = new Map([...wrong, ...repeated].toReversed().map((error) => [error.parameter, error]));
  return { values: {}, errors: names.flatMap((name) => first.get(name) ?? []) };
}

/** Of a parameter that is given more than once: nobody could tell which one was meant. */
export function toRepeatedError(parameter: string): FieldError & { readonly parameter: string } {
  return { parameter, code: 'invalid_value', detail: 'Give it once.' };
}
