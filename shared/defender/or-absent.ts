import { z } from 'zod';

/** A field that Microsoft may leave out or send as `null`: absent either way. */
export function orAbsent<Schema extends z.ZodType>(schema: Schema) {
  return schema.nullish().transform((value) => value ?? undefined);
}

/** A text that Microsoft may leave out or send as `null`. */
export const textOrNone = orAbsent(z.string());
