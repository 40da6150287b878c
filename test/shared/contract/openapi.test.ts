import { isDeepStrictEqual } from 'node:util';
import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';
import { inputSchemas } from '../../../shared/contract/api/input-schemas.ts';
import type { NamedSchema } from '../../../shared/contract/api/named-schema.ts';
import { outputSchemas } from '../../../shared/contract/api/output-schemas.ts';
import { problemsOf } from '../../../shared/contract/api/to-operation.ts';
import { callbackSchemas } from '../../../shared/contract/api/callbacks.ts';
import { callbackTypes } from '../../../shared/contract/callback-event.ts';
import { scopeSchema } from '../../../shared/contract/caller.ts';
import { contractExamples } from '../../../shared/contract/examples.ts';
import { apiRoutes, toOpenApi } from '../../../shared/contract/openapi.ts';
import { partnerSchema } from '../../../shared/contract/partner.ts';
import { problemStatus } from '../../../shared/contract/problem.ts';
import type { ProblemCode } from '../../../shared/contract/problem.ts';

const document = toOpenApi({
  partner: partnerSchema.parse(JSON.parse(contractExamples.partner)),
  version: '1.2.3',
  publicUrl: 'https://app.contoso.example',
  isServed: () => true,
});
const json = JSON.parse(JSON.stringify(document)) as Record<string, unknown>;

/** Every value inside another, itself included. */
function* valuesOf(value: unknown): Generator<unknown> {
  yield value;
  if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) yield* valuesOf(inner);
}

describe('toOpenApi', () => {
  it('says whose it is, and where', () => {
    expect(document).toMatchObject({
      openapi: '3.1.0',
      info: { title: 'Contoso Cognito', version: '1.2.3', contact: { url: 'https://contoso.example/support' } },
      servers: [{ url: 'https://app.contoso.example/api/v1' }],
    });
  });

  it('is valid to a validator that knows nothing of us', async () => {
    const validator = new Validator();
    expect(await validator.validate(structuredClone(json))).toMatchObject({ valid: true });
    expect(validator.version).toBe('3.1');
    const broken = structuredClone(json);
    delete broken['info'];
    expect(await new Validator().validate(broken)).toMatchObject({ valid: false });
  });

  it('survives being written down', () => {
    expect(json).toEqual(document);
  });

  it('tells of the routes that are served, and of no others', () => {
    const { paths, tags } = toOpenApi({
      partner: partnerSchema.parse(JSON.parse(contractExamples.partner)),
      version: '1.2.3',
      publicUrl: 'https://app.contoso.example',
      isServed: (method, path) => method === 'GET' && path === '/api/v1/feeds/{feedId}',
    });
    expect([Object.keys(paths), Object.keys(paths['/feeds/{feedId}'] ?? {})]).toEqual([['/feeds/{feedId}'], ['get']]);
    expect(tags.map(({ name }) => name)).toEqual(['Feeds']);
  });

  it('names every route once', () => {
    const names = apiRoutes.map(({ name }) => name);
    const places = apiRoutes.map(({ method, path }) => `${method} ${path}`);
    expect([new Set(names).size, new Set(places).size]).toEqual([names.length, names.length]);
    expect(Object.values(document.paths).flatMap((path) => Object.keys(path))).toHaveLength(apiRoutes.length);
  });

  it('leads every reference somewhere', () => {
    const refs = [...valuesOf(json)].flatMap((value) =>
      typeof value === 'object' && value !== null && '$ref' in value ? [String(value.$ref)] : [],
    );
    expect(refs.length).toBeGreaterThan(100);
    const missing = refs.filter((ref) => {
      const target = ref
        .slice(2)
        .split('/')
        .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], json);
      return !ref.startsWith('#/') || target === undefined;
    });
    expect(missing).toEqual([]);
  });

  it('explains every parameter of a path', () => {
    for (const [path, methods] of Object.entries(document.paths)) {
      const wanted = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      for (const { parameters = [] } of Object.values(methods)) {
        const told = parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name);
        expect(told).toEqual(wanted);
      }
    }
  });

  it('holds every example of the contract', () => {
    const all = [...valuesOf(json)];
    const { data: _data, ...envelope } = JSON.parse(contractExamples.envelope) as Record<string, unknown>;
    const missing = Object.entries(contractExamples).filter(([name, text]) => {
      const example: unknown = JSON.parse(text);
      if (name !== 'envelope') return !all.some((value) => isDeepStrictEqual(value, example));
      return !all.some((value) => {
        const { data, ...rest } = (value ?? {}) as Record<string, unknown>;
        return data !== undefined && isDeepStrictEqual(rest, envelope);
      });
    });
    expect(missing.map(([name]) => name)).toEqual([]);
  });

  const named: Readonly<Record<string, NamedSchema>> = { ...inputSchemas, ...outputSchemas, ...callbackSchemas };
  const examples = Object.entries(named).flatMap(([name, { schema, examples: all = [] }]) =>
    all.map((example, i) => ({ name: `${name} ${i + 1}`, schema, example })),
  );

  it.each(examples)('shows an example that parses: $name', ({ schema, example }) => {
    expect(schema.safeParse(example)).toMatchObject({ success: true });
  });

  it('uses every scope, and every code that a problem can have', () => {
    const scopes = new Set<string>(apiRoutes.map(({ scope }) => scope));
    expect(scopeSchema.options.filter((scope) => !scopes.has(scope))).toEqual([]);
    const codes = new Set<string>(apiRoutes.flatMap(problemsOf));
    // 405 is the answer of a path to the methods that it does not take.
    expect(Object.keys(problemStatus).filter((code) => !codes.has(code))).toEqual(['method_not_allowed']);
  });

  // Found by comparing what the routes answered with what the document said.
  it.each<[name: string, codes: readonly ProblemCode[]]>([
    ['receiveAlert', ['wrong_state', 'tenant_removing']],
    ['requestAction', ['wrong_state', 'tenant_removing']],
    ['syncTenantIndicators', ['tenant_removing']],
    ['getOperationOutput', ['wrong_state', 'tenant_removing', 'role_missing', 'too_many_requests']],
  ])('tells that %s may be refused with %j', (name, codes) => {
    const route = apiRoutes.find((each) => each.name === name) ?? expect.fail(name);
    expect(problemsOf(route)).toEqual(expect.arrayContaining([...codes]));
  });

  it('tells of every callback', () => {
    expect(Object.keys(document.webhooks)).toEqual([...callbackTypes, 'callback.verify']);
    expect(document.webhooks['callback.verify']?.['post']?.responses).toHaveProperty('200');
  });

  it('takes ids in any case, as the routes do', () => {
    const pattern = new RegExp(document.components.schemas['Guid']?.pattern ?? '');
    expect(pattern.test('6F1C0000-0000-4000-8000-00000000A001')).toBe(true);
    expect(pattern.test('6g1c0000-0000-4000-8000-00000000a001')).toBe(false);
  });

  it('shows what a body may leave out, and what is read-only', () => {
    const { CallerInput, Caller } = document.components.schemas;
    expect(CallerInput?.required).toEqual(['displayName', 'authentication']);
    expect(CallerInput?.properties?.['callerId']).toMatchObject({ readOnly: true });
    expect(Caller?.required).toEqual(['callerId', 'displayName', 'authentication', 'scopes', 'tenants', 'feeds']);
  });
});
