import { triggerOf } from './messages.ts';
import type { Binding, FunctionMetadata } from './messages.ts';
import { readRouteTemplate } from './route-template.ts';
import type { RouteTemplate, RouteValues } from './route-template.ts';

/**
 * Maps the HTTP functions. They are tried in order of their names and the first that fits wins: a literal segment has no
 * precedence over a parameter, and a function that does not list the method is passed over.
 */
export function createRoutes(options: RoutesOptions): Routes {
  const entries = options.functions
    .filter((metadata) => triggerOf(metadata).type === 'httpTrigger')
    .toSorted((a, b) => compareNames(a.name, b.name))
    .flatMap((metadata) => toEntry(metadata, options));
  return {
    entries,
    find: (method, path) => {
      for (const entry of entries) {
        const values = entry.methods.includes(method) ? entry.template.match(path) : undefined;
        if (values) return { entry, values };
      }
      return undefined;
    },
  };
}

/** The path as the router sees it: decoded, except for `%2F`, which would make a segment of its own. */
export function decodePath(path: string): string {
  return path.replace(/(?:%(?!2f)[0-9a-f]{2})+/gi, (encoded) => {
    try {
      return decodeURIComponent(encoded);
    } catch {
      return encoded; // not UTF-8: stays as it came
    }
  });
}

/** Order of names, letters in any case, as .NET's OrdinalIgnoreCase. */
export function compareNames(a: string, b: string): number {
  const [upperA, upperB] = [a.toUpperCase(), b.toUpperCase()];
  return upperA < upperB ? -1 : Number(upperA > upperB);
}

export interface RoutesOptions {
  readonly functions: readonly FunctionMetadata[];
  readonly routePrefix: string;
  /** A route that the host cannot use takes its function out and leaves the others. */
  readonly onError: (functionName: string, message: string) => void;
}

export interface Routes {
  readonly entries: readonly RouteEntry[];
  find(method: string, path: string): { readonly entry: RouteEntry; readonly values: RouteValues } | undefined;
}

export interface RouteEntry {
  readonly functionName: string;
  readonly trigger: Binding;
  readonly authLevel: 'anonymous' | 'function' | 'admin';
  /** In capitals. */
  readonly methods: readonly string[];
  /** With the prefix, without a leading slash. */
  readonly route: string;
  readonly template: RouteTemplate;
}

function toEntry(metadata: FunctionMetadata, { routePrefix, onError }: RoutesOptions): readonly RouteEntry[] {
  const trigger = triggerOf(metadata);
  const own = trigger.route ? trigger.route.replace(/^\/+/, '') : metadata.name;
  const route = routePrefix === '' ? own : `${routePrefix}/${own}`;
  try {
    if (/^(admin|runtime)(\/|$)/i.test(route)) {
      throw new Error('The specified route conflicts with one or more built in routes.');
    }
    const methods = (trigger.methods ?? allMethods).map((method) => method.toUpperCase());
    const authLevel = trigger.authLevel ?? 'anonymous';
    return [{ functionName: metadata.name, trigger, authLevel, methods, route, template: readRouteTemplate(route) }];
  } catch (error) {
    onError(metadata.name, (error as Error).message);
    return [];
  }
}

const allMethods = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS', 'TRACE'];
