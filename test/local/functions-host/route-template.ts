import { readConstraint } from './route-constraints.ts';
import type { Constraint } from './route-constraints.ts';

/**
 * Reads a route as ASP.NET does: literals in any case, `{id}`, `{id?}`, `{id:int}`, `{id=5}`, `{*rest}`, parts within a
 * segment (`{name}.{ext}`), `{{` for a brace. Throws when it is no route: the host then leaves the function out.
 */
export function readRouteTemplate(route: string): RouteTemplate {
  const trimmed = route.replace(/^\/+|\/+$/g, '');
  const segments = splitSegments(trimmed).map(readSegment);
  return { match: (path) => match(segments, path) };
}

export interface RouteTemplate {
  /** Values of the parameters; those without a value are left out. `undefined`: the path does not fit. */
  match(path: string): RouteValues | undefined;
}

export type RouteValues = Readonly<Record<string, string>>;

interface Segment {
  readonly pattern: RegExp;
  readonly parameters: readonly Parameter[];
  readonly isCatchAll: boolean;
  /** May be missing at the end of the path. */
  readonly isOptional: boolean;
}

interface Parameter {
  readonly name: string;
  readonly default: string | undefined;
  readonly isOptional: boolean;
  readonly isCatchAll: boolean;
  readonly constraints: readonly Constraint[];
}

/** A slash within a parameter (of a `regex` constraint, say) does not separate. */
function splitSegments(route: string): readonly string[] {
  const marked = route.replaceAll('{{', '\u0001').replaceAll('}}', '\u0002');
  if (/[{}]/.test(marked.replace(/\{[^{}]*\}/g, '')))
    throw new Error(`The braces of the route '${route}' do not match.`);
  return marked.match(/(?:\{[^}]*\}|[^/{])+/g) ?? [];
}

function readSegment(text: string): Segment {
  const parameters: Parameter[] = [];
  const pattern = text.replace(/\{([^}]*)\}|[^{]+/g, (part, inner?: string) => {
    if (inner === undefined) return part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    const parameter = readParameter(inner);
    parameters.push(parameter);
    return parameter.isCatchAll ? '(.*)' : '(.+)';
  });
  const only = parameters.length === 1 && /^\{[^}]*\}$/.test(text) ? parameters[0] : undefined;
  return {
    pattern: new RegExp(`^${toBraces(pattern)}$`, 'is'),
    parameters,
    isCatchAll: only?.isCatchAll ?? false,
    isOptional: only !== undefined && (only.isOptional || only.isCatchAll || only.default !== undefined),
  };
}

function readParameter(inner: string): Parameter {
  const parsed = /^(\*{0,2})([A-Za-z_][\w-]*)((?::[^:(=?]+(?:\(.*?\)(?=:|=|\?|$))?)*)(?:=(.*?))?(\?)?$/s.exec(inner);
  if (!parsed) throw new Error(`The route parameter '{${toBraces(inner)}}' is invalid.`);
  const constraints = parsed[3]?.match(/:[^:(]+(?:\(.*?\)(?=:|$))?/gs) ?? [];
  return {
    name: parsed[2] ?? '',
    default: parsed[4],
    isOptional: parsed[5] === '?',
    isCatchAll: parsed[1] !== '',
    constraints: constraints.map((text) => readConstraint(toBraces(text.slice(1)))),
  };
}

function toBraces(text: string): string {
  return text.replaceAll('\u0001', '{').replaceAll('\u0002', '}');
}

function match(segments: readonly Segment[], path: string): RouteValues | undefined {
  const given = path.replace(/^\//, '').split('/');
  if (given.at(-1) === '') given.pop();
  if (given.length > segments.length && !segments.at(-1)?.isCatchAll) return undefined;
  const values: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    const text = segment.isCatchAll ? path.replace(/^\//, '').split('/').slice(index).join('/') : given[index];
    const found = text === undefined || (text === '' && segment.isOptional) ? absent(segment) : present(segment, text);
    if (!found) return undefined;
    Object.assign(values, found);
  }
  return values;
}

function absent(segment: Segment): RouteValues | undefined {
  if (!segment.isOptional) return undefined;
  const defaults = segment.parameters.filter((parameter) => parameter.default !== undefined);
  return Object.fromEntries(defaults.map((parameter) => [parameter.name, parameter.default ?? '']));
}

function present(segment: Segment, text: string): RouteValues | undefined {
  const found = segment.pattern.exec(text);
  if (!found) return undefined;
  const values = segment.parameters.map((parameter, index) => [parameter, found[index + 1] ?? ''] as const);
  if (values.some(([parameter, value]) => !parameter.constraints.every((isMet) => isMet(value)))) return undefined;
  return Object.fromEntries(values.map(([parameter, value]) => [parameter.name, value]));
}
