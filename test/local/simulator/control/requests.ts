import { isRecord, readJson } from '../http/exchange.ts';
import type { Exchange } from '../http/exchange.ts';

export function at(path: string): string {
  return `/_simulator${path}`;
}

export function bodyOf(exchange: Exchange): Readonly<Record<string, unknown>> {
  const body = exchange.body.length === 0 ? {} : readJson(exchange);
  if (!isRecord(body)) throw new RangeError('The body must be a JSON object.');
  return body;
}

/** The list of that name in the body; its items are checked by who takes them. */
export function listOf<T>(exchange: Exchange, name: string): readonly T[] {
  const items = bodyOf(exchange)[name];
  if (!Array.isArray(items)) throw new RangeError(`The body needs a list "${name}".`);
  return items as readonly T[];
}
