import { toWebhooks } from './api/callbacks.ts';
import type { JsonSchema, OpenApiDocument, OpenApiPath } from './api/document.ts';
import { toSchemas } from './api/json-schemas.ts';
import { registryRoutes } from './api/registry-routes.ts';
import type { ApiRoute, ApiTag } from './api/route.ts';
import { tenantRoutes } from './api/tenant-routes.ts';
import { toOperation } from './api/to-operation.ts';
import type { Partner } from './partner.ts';

/** Every route of the contract (§2) below `/api/v1`. */
export const apiRoutes: readonly ApiRoute[] = [...tenantRoutes, ...registryRoutes];

/** A deployment, as its document tells of it. */
export interface Deployment {
  readonly partner: Partner;
  readonly version: string;
  readonly publicUrl: string;
  /** Whether this build serves a route. */
  readonly isServed: (method: string, path: string) => boolean;
}

/** The OpenAPI 3.1 document of a deployment: the routes that it serves, made from the schemas that check its bodies. */
export function toOpenApi({ partner, version, publicUrl, isServed }: Deployment): OpenApiDocument {
  const served = apiRoutes.filter(({ method, path }) => isServed(method.toUpperCase(), `/api/v1${path}`));
  return {
    openapi: '3.1.0',
    info: {
      title: partner.displayName,
      version,
      description: `${partner.description}\n\n${conventions}`,
      termsOfService: partner.termsUrl,
      contact: { url: partner.supportUrl },
    },
    servers: [{ url: `${publicUrl}/api/v1` }],
    tags: Object.entries(tags)
      .filter(([name]) => served.some(({ tag }) => tag === name))
      .map(([name, description]) => ({ name, description })),
    paths: toPaths(served),
    webhooks: toWebhooks(),
    components: { schemas: toSchemas(), headers, securitySchemes },
  };
}

const conventions = [
  'JSON in UTF-8. Unknown fields and `null` are refused. Times are UTC. Lists come in pages of `limit` with a `nextLink`.',
  'Every error is a problem document (RFC 9457): its `code` decides. What does not exist, or is not the caller’s, is 404.',
  'The same key with the same bytes gives the same operation as it stands now.',
].join(' ');

const tags: Readonly<Record<ApiTag, string>> = {
  Alerts: 'Alerts into Microsoft Defender, on the right machine and event.',
  Actions: 'Response actions on machines, files, alerts and indicators.',
  Machines: 'What Defender knows of machines, files, domains and addresses.',
  Operations: 'What was asked for, how it stands, and what was given up.',
  Indicators: 'Indicators pushed to us, and what a tenant holds.',
  Feeds: 'Sets of indicators, pulled from a source or pushed.',
  Tenants: 'The customers’ tenants.',
  Callers: 'The systems that call.',
  Status: 'The app itself.',
};

function toPaths(routes: readonly ApiRoute[]): Readonly<Record<string, OpenApiPath>> {
  const paths: Record<string, OpenApiPath> = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method]: toOperation(route) };
  }
  return paths;
}

const text: JsonSchema = { type: 'string' };

const headers: OpenApiDocument['components']['headers'] = {
  'request-id': { description: 'The W3C trace id: the caller’s when it sent a `traceparent`.', schema: text },
  ETag: { description: 'The document’s version, for `If-Match`.', schema: text },
  'Operation-Location': { description: 'Where to read the operation.', schema: text },
  'Retry-After': { description: 'When to ask again, in seconds.', schema: { type: 'integer', minimum: 1 } },
  'Idempotent-Replayed': { description: 'The same request had been accepted before.', schema: { const: 'true' } },
};

const securitySchemes: OpenApiDocument['components']['securitySchemes'] = {
  bearer: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description:
      'An Entra v2.0 token for this app; the scope is one of its `roles`. `admin` is an app role of the home tenant and includes all scopes.',
  },
  signatureCaller: { type: 'apiKey', in: 'query', name: 'caller', description: 'Whose keys to try.' },
  signatureId: { type: 'apiKey', in: 'header', name: 'webhook-id', description: 'Also the key against repetition.' },
  signatureTimestamp: {
    type: 'apiKey',
    in: 'header',
    name: 'webhook-timestamp',
    description: 'Seconds since 1970, within 300 of now.',
  },
  signature: {
    type: 'apiKey',
    in: 'header',
    name: 'webhook-signature',
    description:
      'Standard Webhooks: `v1,` and the base64 of HMAC-SHA256 over `{webhook-id}.{webhook-timestamp}.{body}`.',
  },
};
