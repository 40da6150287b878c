import type { HttpHandler } from '@azure/functions';
import { RejectedInput } from '../../shared/errors.ts';
import { allowedMethods } from '../../shared/http/registrar.ts';
import type { RegisteredRoute } from '../../shared/http/registrar.ts';
import { findNothing } from '../../shared/http/route.ts';
import type { Serve } from '../../shared/http/serve.http.ts';

/**
 * Makes the handler of whatever no other function took: 405 where the path takes other methods, else 404. The host tries
 * functions in the order of their names, hence this one's.
 * @param routes Every route of the app; looked at with each request, since it fills while the app starts.
 */
export function createZzUnmatched(serve: Serve, routes: readonly RegisteredRoute[]): HttpHandler {
  return serve({
    scope: 'Public',
    ignoresBody: true,
    find: findNothing,
    handle: ({ path }) => Promise.reject(toRefusal(allowedMethods(routes, path))),
  });
}

function toRefusal(allowed: readonly string[]): RejectedInput {
  if (allowed.length === 0) return new RejectedInput('not_found', 'There is no such route.');
  const allow = allowed.join(', ');
  return new RejectedInput('method_not_allowed', `This route takes ${allow}.`, { headers: { Allow: allow } });
}
