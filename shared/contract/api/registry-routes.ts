import type { ApiRoute } from './route.ts';
import { answer, documentAnswer, goneAnswer, operationAnswers } from './route.ts';

const feed = '/feeds/{feedId}';

/** Feeds: their documents and what is done with them. */
const feedRoutes: readonly ApiRoute[] = [
  {
    ...{ name: 'pushIndicators', method: 'post', path: `${feed}/indicators`, tag: 'Indicators' },
    ...{ scope: 'indicators:write', summary: 'Push indicators into a feed', isWebhook: true, body: 'PushEnvelope' },
    answers: answer('PushResult', { headers: ['Idempotent-Replayed'] }),
  },
  ...documentRoutes({ tag: 'Feeds', path: '/feeds', id: 'feedId', noun: 'feed' }),
  {
    ...{ name: 'deleteFeed', method: 'delete', path: feed, tag: 'Feeds', scope: 'admin', isVersioned: true },
    ...{ summary: 'Delete a feed; its rows go with the next sync', answers: goneAnswer },
  },
  {
    ...{ name: 'refreshFeed', method: 'post', path: `${feed}/refresh`, tag: 'Feeds', scope: 'indicators:write' },
    ...{ summary: 'Read the source now', isBodyOptional: true, answers: documentAnswer('Feed') },
    problems: ['source_failed'],
  },
  {
    ...{ name: 'listFeedRejects', method: 'get', path: `${feed}/rejects`, tag: 'Feeds', scope: 'indicators:read' },
    ...{ summary: 'What the last run did not take, and why', isList: true, answers: answer('FeedRejectPage') },
  },
  {
    ...{ name: 'confirmFeed', method: 'post', path: `${feed}/confirm`, tag: 'Feeds', scope: 'indicators:write' },
    ...{ summary: 'Let held removals go', body: 'ConfirmRequest', answers: documentAnswer('Feed') },
    problems: ['plan_changed'],
  },
];

/** Tenants. */
const tenantDocumentRoutes: readonly ApiRoute[] = [
  ...documentRoutes({
    tag: 'Tenants',
    path: '/tenants',
    id: 'tenantId',
    noun: 'tenant',
    problems: ['tenant_removing'],
  }),
  {
    ...{ name: 'deleteTenant', method: 'delete', path: '/tenants/{tenantId}', tag: 'Tenants', scope: 'admin' },
    ...{ summary: 'Remove a tenant, with everything of ours in it', isVersioned: true, answers: operationAnswers },
  },
  {
    ...{ name: 'checkTenant', method: 'post', path: '/tenants/{tenantId}/check', tag: 'Tenants', scope: 'admin' },
    ...{ summary: 'Check now what the tenant lets us do', isBodyOptional: true, answers: documentAnswer('Tenant') },
  },
];

/** Callers. */
const callerRoutes: readonly ApiRoute[] = [
  ...documentRoutes({
    ...{ tag: 'Callers', path: '/callers', id: 'callerId', noun: 'caller' },
    problems: ['caller_exists', 'secret_missing'],
  }),
  {
    ...{ name: 'deleteCaller', method: 'delete', path: '/callers/{callerId}', tag: 'Callers', scope: 'admin' },
    ...{ summary: 'Delete a caller', isVersioned: true, answers: goneAnswer },
  },
];

/** The app itself. */
const statusRoutes: readonly ApiRoute[] = [
  {
    ...{ name: 'drainWork', method: 'post', path: '/work/drain', tag: 'Status', scope: 'admin', body: 'DrainRequest' },
    ...{ summary: 'Pass through a lane by hand', answers: answer('DrainAnswer') },
  },
  {
    ...{ name: 'health', method: 'get', path: '/health', tag: 'Status', scope: 'Public' },
    ...{ summary: 'Whether the process answers', answers: answer('Status') },
  },
  {
    ...{ name: 'ready', method: 'get', path: '/ready', tag: 'Status', scope: 'Public' },
    ...{ summary: 'Whether the work gets done', answers: answer('Status') },
  },
  {
    ...{ name: 'openapi', method: 'get', path: '/openapi.json', tag: 'Status', scope: 'Public' },
    summary: 'This document',
    answers: [{ status: 200, description: 'OpenAPI 3.1.', contentType: 'application/json' }],
  },
  {
    ...{ name: 'docs', method: 'get', path: '/docs', tag: 'Status', scope: 'Public' },
    summary: 'This document, to be read',
    answers: [{ status: 200, description: 'A page.', contentType: 'text/html' }],
  },
];

/** Every route that is not one tenant's work. */
export const registryRoutes: readonly ApiRoute[] = [
  ...feedRoutes,
  ...tenantDocumentRoutes,
  ...callerRoutes,
  ...statusRoutes,
];

interface DocumentKind extends Pick<ApiRoute, 'problems'> {
  readonly tag: 'Feeds' | 'Tenants' | 'Callers';
  readonly path: string;
  readonly id: string;
  readonly noun: 'feed' | 'tenant' | 'caller';
}

/** List, read and put: the same for every kind of document. */
function documentRoutes({ tag, path, id, noun, problems = [] }: DocumentKind): readonly ApiRoute[] {
  const name = ({ feed: 'Feed', tenant: 'Tenant', caller: 'Caller' } as const)[noun];
  const common = { tag, scope: 'admin' } as const;
  const one = `${path}/{${id}}`;
  return [
    {
      ...{ ...common, name: `list${name}s`, method: 'get', path, summary: `List ${noun}s`, isList: true },
      answers: answer(`${name}Page`),
    },
    {
      ...{ ...common, name: `get${name}`, method: 'get', path: one, summary: `Read a ${noun}` },
      answers: documentAnswer(name),
    },
    {
      ...{ ...common, name: `put${name}`, method: 'put', path: one, summary: `Create or replace a ${noun}` },
      ...{ isVersioned: true, body: `${name}Input`, answers: documentAnswer(name), problems },
    },
  ];
}
