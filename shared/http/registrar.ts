import type { HttpFunctionOptions, TimerFunctionOptions } from '@azure/functions';

/** Where a scenario registers its functions: the Functions library's `app` fits. */
export interface Registrar {
  readonly http: (name: string, options: HttpFunctionOptions) => void;
  readonly timer: (name: string, options: TimerFunctionOptions) => void;
}

/** A route as registered: `api/v1/tenants/{tenantId}`. */
export interface RegisteredRoute {
  readonly methods: readonly string[];
  readonly route: string;
}

/** A registrar that knows what was registered. */
export interface RouteRecorder extends Registrar {
  readonly routes: readonly RegisteredRoute[];
}

/** Passes everything on to `app`, and keeps the routes that were registered in `routes`. */
export function createRouteRecorder(app: Registrar): RouteRecorder {
  const routes: RegisteredRoute[] = [];
  return {
    routes,
    http: (name, options) => {
      routes.push({ methods: options.methods ?? [], route: options.route ?? name });
      app.http(name, options);
    },
    timer: (name, options) => app.timer(name, options),
  };
}

/** The methods that the routes at a path take; none when there is no such path. Literal parts match in any case, as the host matches them. */
export function allowedMethods(routes: readonly RegisteredRoute[], path: string): readonly string[] {
  const parts = partsOf(path);
  const fitting = routes.filter(({ route }) => {
    const wanted = partsOf(route);
    if (wanted.some((part) => part.startsWith('{*'))) return false;
    return (
      wanted.length === parts.length && wanted.every((part, i) => isVariable(part) || sameText(part, parts[i] ?? ''))
    );
  });
  return [...new Set(fitting.flatMap(({ methods }) => methods))].toSorted();
}

function partsOf(path: string): readonly string[] {
  return path.split('/').filter((part) => part !== '');
}

function isVariable(part: string): boolean {
  return part.startsWith('{');
}

function sameText(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
