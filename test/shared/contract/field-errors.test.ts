import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { actionRequestSchema } from '../../../shared/contract/action.ts';
import { callbackEventSchema } from '../../../shared/contract/callback-event.ts';
import { callerInputSchema } from '../../../shared/contract/caller.ts';
import { fieldErrorCodes } from '../../../shared/contract/codes.ts';
import { actionEnvelopeSchema, alertEnvelopeSchema, pushEnvelopeSchema } from '../../../shared/contract/event.ts';
import { feedInputSchema } from '../../../shared/contract/feed.ts';
import { fieldErrorsOf, toPointer } from '../../../shared/contract/field-errors.ts';
import { pushedIndicatorSchema } from '../../../shared/contract/indicator.ts';
import { operationSchema } from '../../../shared/contract/operation.ts';
import { partnerSchema } from '../../../shared/contract/partner.ts';
import { tenantInputSchema } from '../../../shared/contract/tenant.ts';
import { contractExamples } from '../../../shared/contract/examples.ts';

const errorsOf = (schema: z.ZodType, input: unknown, base?: string) => {
  const result = schema.safeParse(input);
  return result.success ? undefined : fieldErrorsOf(result.error, input, base);
};

describe('what a refused caller reads', () => {
  it.each<readonly [input: unknown, pointer: string, code: string, detail: string]>([
    [{ cloud: 'x' }, '#/cloud', 'invalid_value', 'One of Commercial, Gcc, GccHigh, DoD.'],
    [{ paused: 'x' }, '#/paused', 'invalid_type', 'Must be true or false.'],
    [{ paused: null }, '#/paused', 'invalid_type', 'Must be true or false; leave it out instead of null.'],
    [{ displayName: '' }, '#/displayName', 'too_short', 'At least 1 character.'],
    [{ displayName: 'x'.repeat(300) }, '#/displayName', 'too_long', 'At most 256 characters.'],
    [{ colour: 'red' }, '#/colour', 'unknown_field', 'Unknown field.'],
    [undefined, '#', 'required', 'Required.'],
    [{ policy: { indicators: { reserve: -1 } } }, '#/policy/indicators/reserve', 'invalid_value', 'At least 0.'],
    [
      { policy: { indicators: { reserve: 0.5 } } },
      '#/policy/indicators/reserve',
      'invalid_type',
      'Must be a whole number.',
    ],
    [
      { policy: { indicators: { feeds: { 'A/B': {} } } } },
      '#/policy/indicators/feeds/A~1B',
      'invalid_format',
      'Must be 1 to 40 of a-z, 0-9 and -.',
    ],
  ])('%j', (input, pointer, code, detail) => {
    expect(errorsOf(tenantInputSchema, input)).toEqual([{ pointer, code, detail }]);
  });

  it('unions say what they take', () => {
    const details = (input: object) =>
      errorsOf(feedInputSchema, { displayName: 'x', source: { kind: 'Push' }, ...input })?.[0]?.detail;
    expect(details({ tenants: 5 })).toBe('Must be All or a list.');
    expect(details({ tenants: 'x' })).toBe('Must be All or a list.');
    expect(details({ source: { kind: 'x' } })).toBe('One of Stix, Taxii, Misp, Csv, List, Push.');
    expect(details({ source: { kind: 'Csv', url: 'https://a.example', columns: { value: true } } })).toBe(
      'Must be a number or text.',
    );
  });

  it('values are never echoed', () => {
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    const errors = errorsOf(alertEnvelopeSchema, { type: secret, timestamp: secret, tenantId: secret, data: secret });
    expect(JSON.stringify(errors)).not.toContain(secret);
  });

  it('pointers are RFC 6901 in a URI fragment', () => {
    expect(toPointer(['data', 'a/b', 'c~d', 0])).toBe('#/data/a~1b/c~0d/0');
    expect(toPointer(['ä b', '%', '#', '"', ''], '#/data')).toBe('#/data/%C3%A4%20b/%25/%23/%22/');
    expect(toPointer(['\ud800'])).toBe('#/%EF%BF%BD');
  });

  it('the base is where the value lies', () => {
    expect(errorsOf(partnerSchema, {}, '#/data')?.[0]).toMatchObject({
      pointer: '#/data/companyName',
      code: 'required',
    });
  });

  it('a hundred errors are enough', () => {
    const input = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`field${index}`, 1]));
    expect(errorsOf(tenantInputSchema, input)).toHaveLength(100);
  });

  it('keys of the language are unknown fields like others', () => {
    const input: unknown = JSON.parse('{ "__proto__": { "paused": true }, "constructor": 1, "toString": 2 }');
    expect(errorsOf(tenantInputSchema, input)?.map(({ pointer }) => pointer)).toEqual([
      '#/__proto__',
      '#/constructor',
      '#/toString',
    ]);
  });
});

const schemas: readonly (readonly [string, z.ZodType, unknown])[] = [
  [
    'alert',
    alertEnvelopeSchema,
    {
      ...(JSON.parse(contractExamples.envelope) as object),
      data: JSON.parse(contractExamples.alertCreated) as unknown,
    },
  ],
  [
    'action',
    actionEnvelopeSchema,
    { type: 'action.requested', data: JSON.parse(contractExamples.liveResponse) as unknown },
  ],
  ['action data', actionRequestSchema, JSON.parse(contractExamples.submitIndicator)],
  ['push', pushEnvelopeSchema, JSON.parse(contractExamples.push)],
  ['pushed item', pushedIndicatorSchema, { indicatorType: 'Url', indicatorValue: 'x', revoked: true }],
  ['tenant', tenantInputSchema, JSON.parse(contractExamples.tenant)],
  ['feed', feedInputSchema, JSON.parse(contractExamples.feed)],
  ['caller', callerInputSchema, JSON.parse(contractExamples.caller)],
  ['partner', partnerSchema, JSON.parse(contractExamples.partner)],
  ['operation', operationSchema, JSON.parse(contractExamples.operation)],
  ['callback', callbackEventSchema, JSON.parse(contractExamples.callback)],
];

describe.each(schemas)('%s: whatever comes in', (_name, schema, example) => {
  const isSound = (input: unknown) => {
    const errors = errorsOf(schema, input);
    if (errors === undefined) return;
    expect(errors.length).toBeGreaterThan(0);
    expect(new Set(errors.map(({ pointer }) => pointer)).size).toBe(errors.length);
    for (const { pointer, code, detail } of errors) {
      expect(pointer).toMatch(/^#(?:\/|$)/);
      expect(fieldErrorCodes).toContain(code);
      expect(detail).toMatch(/^[A-Z].{3,400}\.$/);
    }
  };

  it('any JSON', () => {
    fc.assert(fc.property(fc.jsonValue(), isSound), { numRuns: 200 });
  });

  it('the example with one place replaced by any JSON', () => {
    const places = placesOf(example, []);
    fc.assert(
      fc.property(fc.constantFrom(...places), fc.jsonValue(), (place, value) =>
        isSound(replaced(example, place, value)),
      ),
      { numRuns: 400 },
    );
  });
});

type Path = readonly string[];

function placesOf(value: unknown, path: Path): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, inner]) => placesOf(inner, [...path, key]))];
}

function replaced(value: unknown, [key, ...rest]: Path, by: unknown): unknown {
  if (key === undefined) return by;
  if (Array.isArray(value))
    return value.map((inner: unknown, index) => (String(index) === key ? replaced(inner, rest, by) : inner));
  return { ...(value as object), [key]: replaced((value as Record<string, unknown>)[key], rest, by) };
}
