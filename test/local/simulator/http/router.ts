import type { Handler, Parameters } from './exchange.ts';

export interface Route {
  readonly method: string;
  readonly pattern: RegExp;
  readonly names: readonly string[];
  readonly handle: Handler;
}

/** `route('GET', '/api/indicators/{id}', handler)`. Paths are matched without regard to case; `{x}` stands for one segment or a part of one. */
export function route(method: string, path: string, handle: Handler): Route {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');
  const source = path.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{\w+\}/g, '([^/]+?)');
  return { method, pattern: new RegExp(`^${source}/?$`, 'i'), names, handle };
}

export type Match =
  | { readonly kind: 'found'; readonly handle: Handler; readonly parameters: Parameters }
  | { readonly kind: 'wrongMethod'; readonly allowed: readonly string[] }
  | { readonly kind: 'unknown' };

export function findRoute(routes: readonly Route[], method: string, path: string): Match {
  const allowed: string[] = [];
  for (const candidate of routes) {
    const values = candidate.pattern.exec(path);
    if (!values) continue;
    if (candidate.method !== method) allowed.push(candidate.method);
    else return { kind: 'found', handle: candidate.handle, parameters: toParameters(candidate.names, values) };
  }
  return allowed.length > 0 ? { kind: 'wrongMethod', allowed } : { kind: 'unknown' };
}

function toParameters(names: readonly string[], values: RegExpExecArray): Parameters {
  return Object.fromEntries(names.map((name, index) => [name, decode(values[index + 1] ?? '')]));
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
