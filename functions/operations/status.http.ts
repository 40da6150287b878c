import type { HttpHandler } from '@azure/functions';
import { isWithin } from '../../shared/clock.ts';
import type { Clock } from '../../shared/clock.ts';
import { RejectedInput } from '../../shared/errors.ts';
import { findNothing } from '../../shared/http/route.ts';
import type { Serve } from '../../shared/http/serve.http.ts';
import type { Log } from '../../shared/log.ts';

/** What readiness depends on, by name: each resolves when all is well, and throws when it is not. */
export type ReadinessChecks = Readonly<Record<string, () => Promise<void>>>;

/** What the status routes need. */
export interface StatusHandlersOptions {
  readonly checks: ReadinessChecks;
  readonly now: Clock;
  readonly log: Log;
}

/** How long an answer of `/ready` stands: strangers may ask, and each check costs a call. */
const cachedMs = 10_000;

/** Makes the handlers of `/api/v1/health` (does the process answer) and `/api/v1/ready` (does it get its work done). */
export function createStatusHandlers(
  serve: Serve,
  options: StatusHandlersOptions,
): Readonly<Record<'health' | 'ready', HttpHandler>> {
  const check = createCachedCheck(options);
  return {
    health: serve({
      scope: 'Public',
      find: findNothing,
      handle: () => Promise.resolve({ status: 200, body: { status: 'ok' } }),
    }),
    ready: serve({
      scope: 'Public',
      find: findNothing,
      handle: async () => {
        const failing = await check();
        if (failing.length === 0) return { status: 200, body: { status: 'ok' } };
        throw new RejectedInput('temporarily_unavailable', `Not ready: ${failing.join(', ')}.`, {
          headers: { 'Retry-After': String(cachedMs / 1000) },
        });
      },
    }),
  };
}

/** The names of the failing checks; all who ask within ten seconds share one answer. */
function createCachedCheck({ checks, now, log }: StatusHandlersOptions): () => Promise<readonly string[]> {
  let last: { readonly atMs: number; readonly failing: Promise<readonly string[]> } | undefined;
  const run = async (): Promise<readonly string[]> => {
    const failing = await Promise.all(
      Object.entries(checks).map(async ([name, check]) => {
        try {
          await check();
          return [];
        } catch (error) {
          log.error('readiness.failed', { check: name, error });
          return [name];
        }
      }),
    );
    return failing.flat();
  };
  return () => {
    if (last === undefined || !isWithin(now() - last.atMs, cachedMs)) last = { atMs: now(), failing: run() };
    return last.failing;
  };
}
