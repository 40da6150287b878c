import type { z } from 'zod';

/**
 * A stored document, read through its schema. What the schema does not know passes as it is: a newer build wrote it and was
 * rolled back, and one such document must not stop everything that lists them, nor lose a rule of its owner's when it is
 * written again. Whatever else does not fit is thrown, as zod's error.
 */
export function readStored<T>(schema: z.ZodType<T>, stored: unknown): T {
  const result = schema.safeParse(stored);
  if (result.success) return result.data;
  const unknown = result.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys' ? issue.keys.map((key) => ({ path: issue.path, key })) : [],
  );
  const known = structuredClone(stored);
  for (const { path, key } of unknown) Reflect.deleteProperty(objectAt(known, path), key);
  const document = schema.parse(known);
  for (const { path, key } of unknown) {
    Reflect.set(objectAt(document, path), key, Reflect.get(objectAt(stored, path), key));
  }
  return document;
}

function objectAt(root: unknown, path: readonly PropertyKey[]): object {
  let found = root;
  for (const key of path) found = isObject(found) ? Reflect.get(found, key) : undefined;
  if (!isObject(found)) throw new Error('There is no object where the schema found one.');
  return found;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
