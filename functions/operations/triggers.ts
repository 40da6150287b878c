import type { HttpHandler } from '@azure/functions';
import type { Registrar } from '../../shared/http/registrar.ts';

/** The handlers of the scenario, by function name. */
export type OperationsHandlers = Readonly<Record<'health' | 'ready' | 'zzUnmatched', HttpHandler>>;

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
