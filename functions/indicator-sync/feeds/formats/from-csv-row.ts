import { indicatorTypeSchema } from '../../../../shared/contract/indicator.ts';
import type { IndicatorSeverity, IndicatorType } from '../../../../shared/contract/indicator.ts';
import type { FeedItem } from '../../../../shared/indicators/feed-item.ts';
import { recogniseIndicatorType } from '../../../../shared/indicators/normalise/normalise-indicator.ts';
import { judge, rejectOf } from './parsed-items.ts';
import type { Judged } from './parsed-items.ts';
import { cut, toFeedTime } from './to-facts.ts';

/** A row and the line it begins on. */
export interface CsvRow {
  readonly line: number;
  readonly fields: readonly string[];
  /** Why the line cannot be read. */
  readonly fault?: string;
}

type Column = 'value' | 'type' | 'title' | 'description' | 'severity' | 'confidence' | 'expirationTime' | 'externalId';

/** Where the columns are, and what the feed's words for types mean. */
export interface CsvLayout {
  readonly columns: Readonly<Partial<Record<Column, number>> & { value: number }>;
  readonly types: ReadonlyMap<string, IndicatorType>;
  /** Number of columns of the header, when there is one. */
  readonly width: number | undefined;
}

const severities: Readonly<Record<string, IndicatorSeverity>> = {
  informational: 'Informational',
  info: 'Informational',
  low: 'Low',
  medium: 'Medium',
  high: 'High',
  critical: 'High',
};

/** One row as one value. A row whose columns have shifted (more of them than the header has) could name a wrong value, so it is refused. */
export function fromCsvRow(row: CsvRow, layout: CsvLayout, now: number): Judged {
  const place = `line ${row.line}`;
  if (row.fault !== undefined) return rejectOf(place, row.fields[0], 'unreadable', row.fault);
  const field = (name: Column): string => row.fields[layout.columns[name] ?? -1]?.trim() ?? '';
  const value = field('value');
  const needed = Math.max(layout.columns.value, layout.columns.type ?? 0);
  if (row.fields.length <= needed) {
    return rejectOf(
      place,
      undefined,
      'unreadable',
      `The row has ${row.fields.length} columns; ${needed + 1} are needed.`,
    );
  }
  if (layout.width !== undefined && row.fields.length > layout.width) {
    return rejectOf(
      place,
      value,
      'unreadable',
      `The row has ${row.fields.length} columns, the header has ${layout.width}.`,
    );
  }
  const indicatorType = typeOf(value, layout, field);
  if (typeof indicatorType !== 'string') return rejectOf(place, value, indicatorType.code, indicatorType.detail);
  const facts = factsOf(field);
  if ('detail' in facts) return rejectOf(place, value, 'invalid_value', facts.detail);
  return judge({ place, indicatorType, value, facts: facts.facts, now });
}

type Read = (name: Column) => string;
type NoType = { readonly code: 'unsupported_type' | 'invalid_value'; readonly detail: string };

function typeOf(value: string, { columns, types }: CsvLayout, field: Read): IndicatorType | NoType {
  if (columns.type === undefined) {
    return recogniseIndicatorType(value) ?? { code: 'invalid_value', detail: 'It is no address, name, URL or hash.' };
  }
  const word = field('type');
  const known = types.get(word.toLowerCase()) ?? ownName(word);
  return known ?? { code: 'unsupported_type', detail: `The type ${JSON.stringify(word.slice(0, 100))} is not mapped.` };
}

function ownName(word: string): IndicatorType | undefined {
  return indicatorTypeSchema.options.find((type) => type.toLowerCase() === word.toLowerCase());
}

function factsOf(field: Read): { facts: Omit<FeedItem, 'indicatorType' | 'indicatorValue'> } | { detail: string } {
  const severityWord = field('severity');
  const severity = severities[severityWord.toLowerCase()];
  if (severityWord !== '' && severity === undefined) return { detail: `${severityWord.slice(0, 100)} is no severity.` };
  const confidenceText = field('confidence');
  const confidence = Number(confidenceText);
  if (confidenceText !== '' && !(confidence >= 0 && confidence <= 100)) {
    return { detail: `${confidenceText.slice(0, 100)} is no confidence: 0 to 100.` };
  }
  const timeText = field('expirationTime');
  const expirationTime = toFeedTime(timeText);
  if (timeText !== '' && expirationTime === undefined) return { detail: `${timeText.slice(0, 100)} is no time.` };
  const facts = {
    ...cut('title', field('title'), 256),
    ...cut('description', field('description'), 1000),
    ...(severity === undefined ? {} : { severity }),
    ...(confidenceText === '' ? {} : { confidence: Math.round(confidence) }),
    ...(expirationTime === undefined ? {} : { expirationTime }),
    ...cut('externalId', field('externalId'), 128),
  };
  return { facts };
}
