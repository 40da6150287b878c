import type { Exchange } from './http/exchange.ts';

export interface LogEntry {
  readonly number: number;
  /** ISO 8601, the simulator's time. */
  readonly at: string;
  readonly requestId: string;
  readonly host: string;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly tenantId: string | null;
  readonly clientId: string | null;
  readonly userAgent: string | null;
  readonly bodyBytes: number;
  /** Null when the connection was cut or left hanging instead. */
  readonly status: number | null;
  /** Whether the request changed anything. */
  readonly applied: boolean;
  readonly fault: string | null;
}

/** All given ones must match. `path` is a prefix without regard to case in which `*` stands for anything. */
export interface LogQuery {
  readonly tenantId?: string;
  readonly clientId?: string;
  readonly method?: string;
  readonly path?: string;
  readonly status?: number;
  readonly applied?: boolean;
  /** Only entries after this number. */
  readonly after?: number;
}

export interface RequestLog {
  /** In the order of arrival; the entry is complete once `outcome` is set. */
  add(exchange: Exchange, atMs: number): (outcome: Pick<LogEntry, 'status' | 'applied' | 'fault'>) => void;
  entries(query?: LogQuery): readonly LogEntry[];
  clear(): void;
}

export function createLog(): RequestLog {
  let entries: LogEntry[] = [];
  let next = 1;
  return {
    add: (exchange, atMs) => {
      const list = entries;
      const index = list.push(toEntry(exchange, { number: next++, at: new Date(atMs).toISOString() })) - 1;
      return (outcome) => {
        const entry = list[index];
        if (entry) list[index] = { ...entry, ...outcome };
      };
    },
    entries: (query = {}) => entries.filter((entry) => matches(entry, query)),
    clear: () => {
      entries = [];
    },
  };
}

function toEntry(exchange: Exchange, place: { readonly number: number; readonly at: string }): LogEntry {
  return {
    ...place,
    requestId: exchange.requestId,
    host: exchange.host,
    method: exchange.method,
    path: exchange.path,
    query: exchange.query.toString(),
    tenantId: exchange.tenantId,
    clientId: exchange.clientId,
    userAgent: exchange.headers['user-agent'] ?? null,
    bodyBytes: exchange.body.length,
    status: null,
    applied: false,
    fault: null,
  };
}

function matches(entry: LogEntry, query: LogQuery): boolean {
  return (
    (query.tenantId === undefined || entry.tenantId === query.tenantId) &&
    (query.clientId === undefined || entry.clientId === query.clientId) &&
    (query.method === undefined || entry.method === query.method.toUpperCase()) &&
    (query.status === undefined || entry.status === query.status) &&
    (query.applied === undefined || entry.applied === query.applied) &&
    (query.after === undefined || entry.number > query.after) &&
    (query.path === undefined || isPathMatch(query.path, entry.path))
  );
}

/** Whether a path begins with the pattern: no regard to case, `*` stands for anything. */
export function isPathMatch(pattern: string, path: string): boolean {
  const source = pattern
    .split('*')
    .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*');
  return new RegExp(`^${source}`, 'i').test(path);
}
