import type { LogEntry, LogQuery, RequestLog } from '../log.ts';

export interface LogAnswer {
  /** Of everything that matches, whatever `limit` says; `calls` by method and path, ids in it replaced by `{id}`. */
  readonly counts: {
    readonly total: number;
    readonly applied: number;
    readonly byStatus: Readonly<Record<string, number>>;
    readonly calls: Readonly<Record<string, number>>;
  };
  readonly entries: readonly LogEntry[];
}

/** `?tenantId&clientId&method&path&status&applied&after&limit`; `limit` keeps the newest. */
export function toLogAnswer(log: Pick<RequestLog, 'entries'>, query: URLSearchParams): LogAnswer {
  const entries = log.entries(readQuery(query));
  const limit = query.get('limit');
  return {
    counts: {
      total: entries.length,
      applied: entries.filter(({ applied }) => applied).length,
      byStatus: countBy(entries, ({ status }) => String(status)),
      calls: countBy(entries, ({ method, path }) => `${method} ${toShape(path)}`),
    },
    entries: limit === null ? entries : entries.slice(Math.max(0, entries.length - Number(limit))),
  };
}

function readQuery(query: URLSearchParams): LogQuery {
  const text = (name: 'tenantId' | 'clientId' | 'method' | 'path'): LogQuery => {
    const value = query.get(name);
    return value === null ? {} : { [name]: value };
  };
  const number = (name: 'status' | 'after'): LogQuery => {
    const value = query.get(name);
    return value === null ? {} : { [name]: Number(value) };
  };
  const applied = query.get('applied');
  return {
    ...text('tenantId'),
    ...text('clientId'),
    ...text('method'),
    ...text('path'),
    ...number('status'),
    ...number('after'),
    ...(applied === null ? {} : { applied: applied === 'true' }),
  };
}

function toShape(path: string): string {
  return path
    .split('/')
    .map((segment) =>
      /^(?:\d+|[0-9a-f]{32,64}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i.test(segment) ? '{id}' : segment,
    )
    .join('/');
}

function countBy<T>(items: readonly T[], keyOf: (item: T) => string): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const item of items) counts[keyOf(item)] = (counts[keyOf(item)] ?? 0) + 1;
  return counts;
}
