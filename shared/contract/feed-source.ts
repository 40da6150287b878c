import { z } from 'zod';
import { indicatorTypeSchema } from './indicator.ts';
import { refusal, text, textLike, webUrlSchema } from './primitives.ts';

/** The keys of callers and callbacks lie in the same vault: sent to a feed's server they would be given away. */
const secretNameSchema = textLike(/^[0-9A-Za-z-]{1,127}$/, 'Must be 1 to 127 of A-Z, a-z, 0-9 and -.').refine(
  (name) => !/^(?:caller|callback)-/i.test(name),
  refusal('invalid_value', 'Must not begin with caller- or callback-.'),
);

const pulledShape = { url: webUrlSchema, secretName: secretNameSchema.optional() } as const;

/** A column by its header, or by its zero-based index. */
const columnSchema = z.union([z.int().min(0).max(1000), text(1, 256)]);

const csvSchema = z
  .strictObject({
    kind: z.literal('Csv'),
    ...pulledShape,
    header: z.boolean().default(false),
    delimiter: text(1, 1)
      .refine((mark) => !/["\r\n]/.test(mark), refusal('invalid_value', 'Must not be a quote or a line end.'))
      .default(','),
    columns: z.strictObject({
      value: columnSchema,
      type: columnSchema.optional(),
      title: columnSchema.optional(),
      description: columnSchema.optional(),
      severity: columnSchema.optional(),
      confidence: columnSchema.optional(),
      expirationTime: columnSchema.optional(),
      externalId: columnSchema.optional(),
    }),
    types: z.record(text(1, 256), indicatorTypeSchema).default({}),
  })
  .check(({ value, issues }) => {
    if (value.header) return;
    for (const [name, column] of Object.entries(value.columns)) {
      if (typeof column !== 'string') continue;
      issues.push({
        code: 'custom',
        input: value,
        path: ['columns', name],
        message: 'Must be an index: the file is said to have no header.',
        params: { code: 'mismatch' },
      });
    }
  });

/** Where a feed comes from (contract §12). `secretName`: a Key Vault secret with the whole `Authorization` header. */
export const feedSourceSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('Stix'), ...pulledShape }),
  z.strictObject({ kind: z.literal('Taxii'), ...pulledShape, collection: text(1, 256) }),
  z.strictObject({ kind: z.literal('Misp'), ...pulledShape }),
  csvSchema,
  z.strictObject({ kind: z.literal('List'), ...pulledShape, type: indicatorTypeSchema.optional() }),
  z.strictObject({ kind: z.literal('Push') }),
]);
