import { isRecord, readJson } from '../../http/exchange.ts';
import { defenderError } from '../errors.ts';
import type { Exchange } from '../../http/exchange.ts';
import type { DefenderError } from '../errors.ts';

export type Body = Readonly<Record<string, unknown>>;

export function readBody(exchange: Exchange): Body | undefined {
  const body = readJson(exchange);
  return isRecord(body) ? body : undefined;
}

/** A text that must be there; names are case-sensitive. */
export function readText(body: Body, name: string): string | DefenderError {
  const value = body[name] ?? '';
  if (typeof value !== 'string') return incorrectBody();
  return value.trim() === '' ? missing(name) : value;
}

export function readChoice(body: Body, name: string, choices: readonly string[]): string | DefenderError {
  const value = readText(body, name);
  if (typeof value !== 'string' || choices.includes(value)) return value;
  return defenderError('InvalidInput', `Invalid input ${name}: ${value}`);
}

export function incorrectBody(): DefenderError {
  return defenderError('InvalidRequestBody', 'Request body is incorrect');
}

export function missing(name: string): DefenderError {
  return defenderError('MissingRequiredParameter', `Parameter ${name} is missing`);
}
