import type { ParsedFeed } from '../../../../shared/indicators/feed-item.ts';
import type { IndicatorType } from '../../../../shared/contract/indicator.ts';
import { recogniseIndicatorType } from '../../../../shared/indicators/normalise/normalise-indicator.ts';
import { isJson, isMarkup, unreadable } from './decode-feed.ts';
import { mostValuesOfDocument } from '../most-values.ts';
import { judge, rejectOf, tooManyValues, toParsedItems } from './parsed-items.ts';
import type { Judged } from './parsed-items.ts';

/** Longest line, in UTF-16 units. */
export const maxLineLength = 1024 * 1024;

/** What of a list's source matters here. */
export interface ListSource {
  /** Type of every value; without it each value is recognised by its form. */
  readonly type?: IndicatorType | undefined;
}

/**
 * A plain list: the first column of each line, columns cut at spaces, tabs, commas and semicolons; in a URL the last two are letters like
 * others, because without its end it would name more than the list does. Blank lines and lines that begin with `#`, `;` or `//` are
 * comments and count as nothing; every other line is one value.
 */
export function fromList(text: string, source: ListSource, now: number): ParsedFeed {
  if (text.trim() === '') return unreadable('line 1', 'The document is empty.');
  if (isMarkup(text)) return unreadable('line 1', 'The document is HTML or XML, not a list.');
  if (isJson(text)) return unreadable('line 1', 'The document is JSON, not a list.');
  const judged: Judged[] = [];
  for (const [i, line] of text.split('\n').entries()) {
    const trimmed = line.trim();
    if (trimmed === '' || /^(?:#|;|\/\/)/.test(trimmed)) continue;
    if (judged.length === mostValuesOfDocument) return tooManyValues(`line ${i + 1}`);
    judged.push(fromLine(trimmed, `line ${i + 1}`, { source, now }));
  }
  return toParsedItems(judged);
}

function fromLine(line: string, place: string, { source, now }: { source: ListSource; now: number }): Judged {
  if (line.length > maxLineLength) return rejectOf(place, undefined, 'unreadable', 'The line is longer than 1 MiB.');
  const value = firstColumnOf(line);
  const indicatorType = source.type ?? recogniseIndicatorType(value);
  if (indicatorType !== undefined) return judge({ place, indicatorType, value, facts: {}, now });
  return value.includes('@')
    ? rejectOf(place, value, 'unsupported_type', 'A mail address is nothing that Defender takes.')
    : rejectOf(place, value, 'invalid_value', 'It is no address, name, URL or hash.');
}

function firstColumnOf(line: string): string {
  const [, column = ''] = /^"?([^\s,;"]*)/.exec(line) ?? [];
  if (recogniseIndicatorType(column) !== 'Url') return column;
  return /^"?([^\s"]*?)[,;]*(?:[\s"]|$)/.exec(line)?.[1] ?? column;
}
