import type { HttpHandler } from '@azure/functions';
import type { OpenApiDocument } from '../../shared/contract/api/document.ts';
import { toOpenApi } from '../../shared/contract/openapi.ts';
import type { Partner } from '../../shared/contract/partner.ts';
import { allowedMethods } from '../../shared/http/registrar.ts';
import type { RegisteredRoute } from '../../shared/http/registrar.ts';
import type { Answer } from '../../shared/http/route.ts';
import { findNothing } from '../../shared/http/route.ts';
import type { Serve } from '../../shared/http/serve.http.ts';
import { contentSecurityPolicy, toDocsPage } from './docs/page.ts';

/** The routes that describe the others, by function name. */
export type OpenApiHandlers = Readonly<Record<'openapi' | 'docs', HttpHandler>>;

/** What the routes need. */
export interface OpenApiHandlersOptions {
  /** Every route of the app; looked at with the first request, since it fills while the app starts. */
  readonly routes: readonly RegisteredRoute[];
  readonly partner: Partner;
  readonly version: string;
  readonly publicUrl: string;
}

/** Makes the handlers of `/api/v1/openapi.json` and of the page made from it. */
export function createOpenApiHandlers(serve: Serve, options: OpenApiHandlersOptions): OpenApiHandlers {
  const { routes, ...deployment } = options;
  const isServed = (method: string, path: string): boolean => allowedMethods(routes, path).includes(method);
  const document = once((): OpenApiDocument => toOpenApi({ ...deployment, isServed }));
  const page = once(() => toDocsPage(document()));
  const serving = (answer: () => Answer): HttpHandler =>
    serve({ scope: 'Public', find: findNothing, handle: () => Promise.resolve(answer()) });
  return {
    openapi: serving(() => ({ status: 200, body: document() })),
    docs: serving(() => ({
      status: 200,
      text: { contentType: 'text/html; charset=utf-8', content: page() },
      headers: { 'Content-Security-Policy': contentSecurityPolicy, 'Referrer-Policy': 'no-referrer' },
    })),
  };
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
