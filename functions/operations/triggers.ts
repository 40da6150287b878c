import type { HttpHandler, TimerHandler } from '@azure/functions';
import type { Registrar } from '../../shared/http/registrar.ts';
import type { CallerHandlers } from './callers.http.ts';
import type { DeadLetterHandlers } from './dead-letters.http.ts';
import type { FurtherDrain } from './further-drains.timer.ts';
import type { OpenApiHandlers } from './openapi.http.ts';
import type { OperationHandlers } from './operations.http.ts';

/** The handlers of health, readiness and whatever no other function took, by function name. */
export type OperationsHandlers = Readonly<Record<'health' | 'ready' | 'zzUnmatched', HttpHandler>>;

/** The handlers of the routes about what was asked for, and of who may ask, by function name. */
export type OperationsRoutes = OperationHandlers & DeadLetterHandlers & CallerHandlers;

/** The handlers of what is due without a request, by function name. */
export type OperationsTimers = Readonly<Record<'deliverCallbacks' | 'sweep', TimerHandler>>;

const tenant = 'api/v1/tenants/{tenantId}';
const operations = `${tenant}/operations`;
const operation = `${operations}/{operationId}`;
const deadLetters = `${tenant}/dead-letters`;
const callers = 'api/v1/callers';
const caller = `${callers}/{callerId}`;

/** Registers the scenario. `anonymous`: every route checks its caller itself, or is public. */
export function registerOperations(app: Registrar, { health, ready, zzUnmatched }: OperationsHandlers): void {
  app.http('health', { methods: ['GET'], authLevel: 'anonymous', route: 'api/v1/health', handler: health });
  app.http('ready', { methods: ['GET'], authLevel: 'anonymous', route: 'api/v1/ready', handler: ready });
  app.http('zzUnmatched', {
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
    authLevel: 'anonymous',
    route: '{*path}',
    handler: zzUnmatched,
  });
}

/** Registers operations, dead letters, callers and the drain by hand. `anonymous`: every route checks its caller itself. */
export function registerOperationsRoutes(app: Registrar, handlers: OperationsRoutes): void {
  const on = (methods: 'GET' | 'PUT' | 'POST' | 'DELETE', route: string, name: keyof OperationsRoutes): void =>
    app.http(name, { methods: [methods], authLevel: 'anonymous', route, handler: handlers[name] });
  on('GET', operations, 'listOperations');
  on('GET', operation, 'getOperation');
  on('GET', `${operation}/output`, 'getOperationOutput');
  on('POST', `${operation}/cancel`, 'cancelOperation');
  on('GET', deadLetters, 'listDeadLetters');
  on('POST', `${deadLetters}/redrive`, 'redriveDeadLetters');
  on('GET', callers, 'listCallers');
  on('GET', caller, 'getCaller');
  on('PUT', caller, 'putCaller');
  on('DELETE', caller, 'deleteCaller');
  on('POST', 'api/v1/work/drain', 'drainWork');
}

/** Registers what is due without a request. */
export function registerOperationsTimers(
  app: Registrar,
  { deliverCallbacks, sweep }: OperationsTimers,
  schedules: { readonly callbacks: string; readonly sweep: string },
): void {
  app.timer('deliverCallbacks', { schedule: schedules.callbacks, handler: deliverCallbacks });
  app.timer('sweep', { schedule: schedules.sweep, handler: sweep });
}

/** Registers the timers that share the tenants of a lane with the first one. */
export function registerFurtherDrains(
  app: Registrar,
  drains: readonly FurtherDrain[],
  schedules: Readonly<Record<FurtherDrain['lane'], string>>,
): void {
  for (const { lane, name, handler } of drains) app.timer(name, { schedule: schedules[lane], handler });
}

/** Registers what describes the routes, and is public like them. */
export function registerApiDescription(app: Registrar, { openapi, docs }: OpenApiHandlers): void {
  app.http('openapi', { methods: ['GET'], authLevel: 'anonymous', route: 'api/v1/openapi.json', handler: openapi });
  app.http('docs', { methods: ['GET'], authLevel: 'anonymous', route: 'api/v1/docs', handler: docs });
}
