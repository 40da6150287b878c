import type { HttpHandler, InvocationContext } from '@azure/functions';
import type { Authenticate } from '../auth/authenticate-caller.ts';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import { passChecks } from './pass-checks.http.ts';
import { toProblem, toRejectedInput } from './problem-document.ts';
import type { Route } from './route.ts';
import { toProblemResponse, toResponse } from './to-response.ts';
import { traceIdOf } from './trace-context.ts';

/** Makes the handler of a route. */
export type Serve = <Target, Given, Body>(route: Route<Target, Given, Body>) => HttpHandler;

/** What serving needs; `newTraceId` gives 32 random lower-case hex digits, not all zero. */
export interface ServeOptions {
  readonly authenticate: Authenticate;
  readonly log: Log;
  readonly now: Clock;
  readonly newTraceId: () => string;
}

/**
 * The one wrapper around every HTTP handler. It keeps the order of checks, answers with the headers and problem
 * documents of the contract, writes one line of log, and never throws or returns nothing: with HTTP streaming on,
 * either would leave the client waiting for minutes.
 */
export function createServe({ authenticate, log, now, newTraceId }: ServeOptions): Serve {
  return (route) => async (request, context) => {
    const startedAt = now();
    const traceId = traceIdOf(request.headers.get('traceparent')) ?? traceIdOfHost(context) ?? newTraceId();
    const seen: { callerId?: string } = {};
    const fields = { traceId, function: context.functionName, method: request.method };
    try {
      const answer = await passChecks({
        route,
        request,
        traceId,
        authenticate,
        log,
        onCaller: (id) => (seen.callerId = id),
      });
      const response = toResponse(answer, traceId);
      log.info('request.answered', { ...fields, ...seen, status: answer.status, durationMs: now() - startedAt });
      return response;
    } catch (error) {
      const rejected = toRejectedInput(error);
      const problem = toProblem(rejected, traceId);
      const line = { ...fields, ...seen, status: problem.status, code: problem.code, durationMs: now() - startedAt };
      if (problem.status < 500) log.info('request.refused', line);
      else log.error('request.failed', { ...line, error });
      return toProblemResponse(problem, rejected.headers);
    }
  };
}

/** The trace that the host opened for a request that named none: the one its telemetry is found under. */
function traceIdOfHost({ traceContext }: InvocationContext): string | undefined {
  return traceIdOf(traceContext?.traceParent ?? null);
}
