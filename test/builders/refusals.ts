import type { z } from 'zod';
import { fieldErrorsOf } from '../../shared/contract/field-errors.ts';

/** Why a body is refused, as `pointer code`; empty when it is taken. */
export function refusals(schema: z.ZodType, input: unknown): string[] {
  const result = schema.safeParse(input);
  return result.success ? [] : fieldErrorsOf(result.error, input).map(({ pointer, code }) => `${pointer} ${code}`);
}

/** A copy of a document with one place changed; `undefined` takes the field out. The path is dotted: `policy.alerts.mode`. */
export function withField(document: unknown, path: string, value: unknown): unknown {
  const copy = structuredClone(document) as Record<string, unknown>;
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  const place = keys.reduce((node, key) => {
    node[key] ??= {};
    return node[key] as Record<string, unknown>;
  }, copy);
  if (value === undefined) delete place[last];
  else place[last] = value;
  return copy;
}
