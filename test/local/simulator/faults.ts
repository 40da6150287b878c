import { isPathMatch } from './log.ts';
import type { Exchange } from './http/exchange.ts';

export const faultNames = [
  'http-500',
  'http-503',
  'throttle',
  'expired-token-401',
  'drop-before',
  'drop-after',
  'delay',
  'hang',
  'bad-json',
  'truncated',
] as const;
export type FaultName = (typeof faultNames)[number];

export interface FaultOptions {
  readonly fault: FaultName;
  /** All given ones must match; `path` as in the log's query. */
  readonly match?: { readonly method?: string; readonly path?: string; readonly tenantId?: string };
  /** Lets so many matching requests through first. */
  readonly skip?: number;
  /** How often it strikes; for ever when absent. */
  readonly times?: number;
  /** `delay` only. */
  readonly delayMs?: number;
  /** `throttle` (default 10) and `http-503` (default: no header). */
  readonly retryAfterSeconds?: number;
}

export interface Fault extends FaultOptions {
  readonly id: string;
  /** How often it has struck. */
  readonly struck: number;
}

export interface Faults {
  add(options: FaultOptions): Fault;
  list(): readonly Fault[];
  /** One, or all; requests that hang are cut. */
  clear(id?: string): void;
  /** The fault that strikes this request, counted. */
  take(exchange: Exchange): Fault | undefined;
  /** Calls back when the faults are cleared. */
  onClear(listener: () => void): void;
}

interface ArmedFault extends FaultOptions {
  readonly id: string;
  seen: number;
  struck: number;
}

export function createFaults(): Faults {
  let armed: ArmedFault[] = [];
  let next = 1;
  const listeners = new Set<() => void>();
  return {
    add: (options) => {
      if (!faultNames.includes(options.fault)) throw new RangeError(`There is no fault ${String(options.fault)}.`);
      const fault = { ...options, id: `fault-${next++}`, seen: 0, struck: 0 };
      armed.push(fault);
      return { ...fault };
    },
    list: () => armed.map((fault) => ({ ...fault })),
    clear: (id) => {
      armed = id === undefined ? [] : armed.filter((fault) => fault.id !== id);
      for (const listener of listeners) listener();
      listeners.clear();
    },
    take: (exchange) => {
      const fault = armed.find((candidate) => isDue(candidate, exchange));
      if (!fault) return undefined;
      fault.struck += 1;
      return { ...fault };
    },
    onClear: (listener) => listeners.add(listener),
  };
}

function isDue(fault: ArmedFault, exchange: Exchange): boolean {
  const { method, path, tenantId } = fault.match ?? {};
  const isMatch =
    (method === undefined || method.toUpperCase() === exchange.method) &&
    (path === undefined || isPathMatch(path, exchange.path)) &&
    (tenantId === undefined || tenantId === exchange.tenantId);
  if (!isMatch) return false;
  fault.seen += 1;
  return fault.seen > (fault.skip ?? 0) && fault.struck < (fault.times ?? Infinity);
}
