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
