import { z } from 'zod';
import { machineIdSchema, operationIdSchema, tenantIdSchema, timeSchema } from '../primitives.ts';
import { callbackSchemas } from './callbacks.ts';
import type { JsonSchema } from './document.ts';
import { inputSchemas } from './input-schemas.ts';
import type { NamedSchema } from './named-schema.ts';
import { outputSchemas } from './output-schemas.ts';

/** Ids and times, the same in both directions. */
const basicSchemas = {
  Guid: { schema: tenantIdSchema, description: 'A GUID; taken in any case, kept in lower case.' },
  MachineId: { schema: machineIdSchema, description: 'Defender’s machine id; taken in any case, kept in lower case.' },
  OperationId: { schema: operationIdSchema, description: 'Given by us.' },
  Time: { schema: timeSchema, description: 'RFC 3339 in UTC with `Z`, up to 7 fractional digits.' },
} as const satisfies Readonly<Record<string, NamedSchema>>;

/** All components. What we are sent is described before we fill in defaults, what we answer as it is. */
export function toSchemas(): Readonly<Record<string, JsonSchema>> {
  return {
    ...toJsonSchemas({ ...basicSchemas, ...inputSchemas }, 'input'),
    ...toJsonSchemas({ ...basicSchemas, ...outputSchemas, ...callbackSchemas }, 'output'),
  };
}

/** Where a component stands. */
export function refTo(name: string): JsonSchema {
  return { $ref: `#/components/schemas/${name}` };
}

/** A schema that stands where it is used: of a parameter. */
export function toJsonSchema(schema: z.core.$ZodType): JsonSchema {
  const { $schema: _dialect, ...json } = z.toJSONSchema(schema, { io: 'input', override });
  return json as JsonSchema;
}

function toJsonSchemas(
  named: Readonly<Record<string, NamedSchema>>,
  io: 'input' | 'output',
): Readonly<Record<string, JsonSchema>> {
  const registry = z.registry<{ readonly id: string }>();
  for (const [id, { schema }] of Object.entries(named)) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, { io, uri: (id) => refTo(id).$ref ?? '', override });
  return Object.fromEntries(
    Object.entries(named).map(([name, { schema: _schema, ...about }]) => {
      const { $schema: _dialect, $id: _id, ...json } = schemas[name] ?? {};
      return [name, { ...about, ...json } as JsonSchema];
    }),
  );
}

/** Says in JSON Schema's words what it has none of its own for. */
function override({
  zodSchema,
  jsonSchema,
}: {
  zodSchema: z.core.$ZodTypes;
  jsonSchema: z.core.JSONSchema.BaseSchema;
}): void {
  // Its patterns know no flags: what is taken in any case must say so in its classes.
  if (jsonSchema.pattern !== undefined && patternsOf(zodSchema).some(({ flags }) => flags.includes('i'))) {
    jsonSchema.pattern = jsonSchema.pattern.replaceAll('a-f', 'a-fA-F').replaceAll('a-z', 'a-zA-Z');
  }
  // No format that anybody else knows; the pattern beside it says the same.
  if (jsonSchema.format === 'starts_with') delete jsonSchema.format;
}

function patternsOf({ _zod: { def } }: z.core.$ZodTypes): readonly RegExp[] {
  return (def.checks ?? []).flatMap(({ _zod: check }) => {
    const pattern = 'pattern' in check.def ? check.def.pattern : undefined;
    return pattern instanceof RegExp ? [pattern] : [];
  });
}
