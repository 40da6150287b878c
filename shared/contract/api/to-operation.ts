import { callerIdSchema, feedIdSchema, operationIdSchema, tenantIdSchema } from '../primitives.ts';
import type { ProblemCode } from '../problem.ts';
import { problemStatus } from '../problem.ts';
import type { JsonSchema, OpenApiContent, OpenApiOperation, OpenApiParameter, OpenApiResponse } from './document.ts';
import { inputSchemas } from './input-schemas.ts';
import { refTo, toJsonSchema } from './json-schemas.ts';
import type { NamedSchema } from './named-schema.ts';
import type { ApiAnswer, ApiRoute } from './route.ts';

/** A route as an OpenAPI operation: its own facts, and what its form brings with it. */
export function toOperation(route: ApiRoute): OpenApiOperation {
  const { name, tag, summary, description, answers } = route;
  return {
    operationId: name,
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    security: securityOf(route),
    parameters: [...pathParameters(route), ...queryParameters(route), ...headerParameters(route)],
    ...toRequestBody(route),
    responses: { ...Object.fromEntries(answers.map((each) => [each.status, toResponse(each)])), ...toProblems(route) },
  };
}

/** Codes that a route may answer with, in the order of the contract's list. */
export function problemsOf(route: ApiRoute): readonly ProblemCode[] {
  const { scope, path, query, isList, isWebhook, isVersioned, body, isBodyOptional, problems = [] } = route;
  const takesBody = body !== undefined || isBodyOptional === true;
  const codes = new Set<ProblemCode>([
    ...problems,
    ...only(scope !== 'Public', 'unauthenticated', 'scope_missing'),
    ...only(path.includes('{'), 'not_found'),
    ...only(query !== undefined || isList === true || takesBody, 'invalid_field'),
    ...only(takesBody, 'malformed_body', 'body_too_large', 'unsupported_media_type'),
    ...only(isWebhook === true, 'invalid_header', 'key_reused', 'too_many_requests'),
    ...only(isVersioned === true, 'invalid_header', 'version_conflict'),
    ...only(scope !== 'Public' || path === '/ready', 'temporarily_unavailable'),
    'internal_error',
  ]);
  return (Object.keys(problemStatus) as ProblemCode[]).filter((code) => codes.has(code));
}

function only(condition: boolean, ...codes: readonly ProblemCode[]): readonly ProblemCode[] {
  return condition ? codes : [];
}

/** Whoever asks holds a token with the role, or, at a webhook, signs with the caller's secret. */
function securityOf({ scope, isWebhook }: ApiRoute): NonNullable<OpenApiOperation['security']> {
  if (scope === 'Public') return [];
  const roles = scope === 'Started' ? [] : [scope];
  const signature = { signatureCaller: [], signatureId: [], signatureTimestamp: [], signature: roles };
  return [{ bearer: roles }, ...(isWebhook === true ? [signature] : [])];
}

const partSchemas: Readonly<Record<string, JsonSchema>> = {
  tenantId: toJsonSchema(tenantIdSchema),
  feedId: toJsonSchema(feedIdSchema),
  callerId: toJsonSchema(callerIdSchema),
  operationId: toJsonSchema(operationIdSchema),
};

function pathParameters({ path }: ApiRoute): readonly OpenApiParameter[] {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  return names.map((name) => ({ name, in: 'path', required: true, schema: partSchemas[name] ?? { type: 'string' } }));
}

const pageParameters: readonly OpenApiParameter[] = [
  { name: 'limit', in: 'query', schema: { type: 'integer', minimum: 1, maximum: 100, default: 50 } },
  { name: 'cursor', in: 'query', description: 'From a `nextLink`, as it is.', schema: { type: 'string' } },
];

function queryParameters({ query, isList }: ApiRoute): readonly OpenApiParameter[] {
  const own = Object.entries(query?.shape ?? {}).map(([name, schema]): OpenApiParameter => ({
    name,
    in: 'query',
    schema: toJsonSchema(schema),
  }));
  return [...own, ...(isList === true ? pageParameters : [])];
}

function headerParameters({ isWebhook, isVersioned, answers }: ApiRoute): readonly OpenApiParameter[] {
  const header = (name: string, description: string): OpenApiParameter => ({
    ...{ name, in: 'header', description, schema: { type: 'string' } },
  });
  return [
    ...(isWebhook === true
      ? [
          header(
            'Idempotency-Key',
            'Required with a token: 1–128 of `[A-Za-z0-9_.:-]`. With a signature, `webhook-id` is the key.',
          ),
        ]
      : []),
    ...(answers.some(({ status }) => status === 202) && isWebhook === true
      ? [header('Prefer', '`respond-async` does not wait for what is new.')]
      : []),
    ...(isVersioned === true ? [header('If-Match', 'The `ETag` of an earlier answer.')] : []),
  ];
}

function toRequestBody({ body, isBodyOptional }: ApiRoute): Pick<OpenApiOperation, 'requestBody'> {
  if (body === undefined) return {};
  const { examples = [] }: NamedSchema = inputSchemas[body];
  return {
    requestBody: { required: isBodyOptional !== true, content: toContent('application/json', refTo(body), examples) },
  };
}

function toResponse({ description, schemas = [], contentType, headers = [] }: ApiAnswer): OpenApiResponse {
  const refs = schemas.map(refTo);
  const [only] = refs;
  const schema = refs.length > 1 ? { anyOf: refs } : only;
  const named = ['request-id', ...headers].map((name) => [name, { $ref: `#/components/headers/${name}` }] as const);
  return {
    description,
    headers: Object.fromEntries(named),
    ...(schema === undefined && contentType === undefined
      ? {}
      : { content: toContent(contentType ?? 'application/json', schema) }),
  };
}

/** One answer for each status, with the codes that it may carry. */
function toProblems(route: ApiRoute): Readonly<Record<string, OpenApiResponse>> {
  const codes = problemsOf(route);
  const statuses = [...new Set(codes.map((code) => problemStatus[code]))];
  return Object.fromEntries(
    statuses.map((status) => [
      status,
      {
        description: codes
          .filter((code) => problemStatus[code] === status)
          .map((code) => `\`${code}\``)
          .join(', '),
        content: toContent('application/problem+json', refTo('Problem')),
      },
    ]),
  );
}

function toContent(
  contentType: string,
  schema: JsonSchema | undefined,
  examples: readonly unknown[] = [],
): OpenApiContent {
  const named = Object.fromEntries(examples.map((value, i) => [`example${i + 1}`, { value }]));
  return {
    [contentType]: {
      ...(schema === undefined ? {} : { schema }),
      ...(examples.length === 0 ? {} : { examples: named }),
    },
  };
}
