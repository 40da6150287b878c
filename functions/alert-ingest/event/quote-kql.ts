import { fromTicks } from '../../../shared/ticks.ts';
import type { Ticks } from '../../../shared/ticks.ts';

/**
 * Any text as a literal of the query language: in double quotes, with everything but printable ASCII escaped, so that it can
 * neither end the literal nor the line. https://learn.microsoft.com/kusto/query/scalar-data-types/string
 */
export function quoteKql(text: string): string {
  const escaped = text
    .toWellFormed()
    .replaceAll(/[\\"]/g, String.raw`\$&`)
    .replaceAll(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return `"${escaped}"`;
}

/** Texts as a list for `in`: each once. */
export function quoteKqlList(texts: Iterable<string>): string {
  return `(${[...new Set(texts)].map(quoteKql).join(', ')})`;
}

/** Whether a column has one of these texts, in any case; nothing to ask where there are none. */
export function isIn(column: string, texts: readonly string[]): readonly string[] {
  return texts.length === 0 ? [] : [`${column} in~ ${quoteKqlList(texts)}`];
}

/** A moment as a literal, with all its seven digits. */
export function toKqlTime(ticks: Ticks): string {
  return `datetime(${fromTicks(ticks)})`;
}
