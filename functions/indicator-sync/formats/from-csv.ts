import { CsvError, parse } from 'csv-parse/sync';
import type { FeedSource } from '../../../shared/contract/feed.ts';
import type { ParsedFeed, Unreadable } from '../../../shared/indicators/feed-item.ts';
import { unreadable } from './decode-feed.ts';
import { fromCsvRow } from './from-csv-row.ts';
import type { CsvLayout, CsvRow } from './from-csv-row.ts';
import { maxLineLength } from './from-list.ts';
import { toParsedItems } from './parsed-items.ts';

const options = {
  info: true,
  record_delimiter: '\n',
  relax_column_count: true,
  relax_quotes: true,
  skip_empty_lines: true,
  comment: '#',
  comment_no_infix: true,
  max_record_size: maxLineLength,
} as const;

/** What the parser gives for each row with `info`; its types do not say so. `lines` is the line on which the row ends. */
interface InfoRecord {
  readonly info: { readonly lines: number };
  readonly record: readonly string[];
}

/** What a feed document says about a CSV source (contract §12). */
export type CsvSource = Pick<Extract<FeedSource, { kind: 'Csv' }>, 'header' | 'delimiter' | 'columns' | 'types'>;

/**
 * Rows of RFC 4180, with line ends `\n`. Blank lines and lines that begin with `#` count as nothing; every other row is one value.
 * A quote that never closes makes the rest of the file one row, so such a document is refused as a whole.
 */
export function fromCsv(text: string, source: CsvSource, now: number): ParsedFeed {
  if (text.trim() === '') return unreadable('line 1', 'The document is empty.');
  if (/^\s*<(?:!doctype|html|\?xml|head|body)/i.test(text))
    return unreadable('line 1', 'The document is HTML or XML, not CSV.');
  const rows = readRows(text, source.delimiter);
  if ('unreadable' in rows) return rows;
  const header = source.header ? rows.shift() : undefined;
  const layout = toLayout(source, header);
  if ('unreadable' in layout) return layout;
  return toParsedItems(rows.map((row) => fromCsvRow(row, layout, now)));
}

function readRows(text: string, delimiter: string): CsvRow[] | Unreadable {
  try {
    const records: unknown = parse(text.endsWith('\n') ? text : `${text}\n`, { ...options, delimiter });
    return (records as readonly InfoRecord[])
      .map(({ info, record }) => ({ line: info.lines - lineEndsIn(record), fields: record }))
      .filter(({ fields }) => fields.length > 1 || fields[0]?.trim() !== '');
  } catch (error) {
    if (error instanceof CsvError)
      return unreadable(`line ${String(error['lines'] ?? 1)}`, `It is no CSV: ${error.message}.`);
    throw error;
  }
}

function lineEndsIn(fields: readonly string[]): number {
  return fields.reduce((count, field) => count + field.split('\n').length - 1, 0);
}

function toLayout(source: CsvSource, header: CsvRow | undefined): CsvLayout | Unreadable {
  const names = header?.fields.map((name) => name.trim().toLowerCase()) ?? [];
  const missing = Object.values(source.columns).find(
    (column) => typeof column === 'string' && !names.includes(column.trim().toLowerCase()),
  );
  if (missing !== undefined) {
    const there =
      header === undefined ? 'there is no header' : `the header has ${header.fields.join(', ').slice(0, 500)}`;
    return unreadable(`line ${header?.line ?? 1}`, `No column is called ${missing}; ${there}.`);
  }
  const indexes = Object.entries(source.columns).map(([field, column]) => [
    field,
    typeof column === 'string' ? names.indexOf(column.trim().toLowerCase()) : column,
  ]);
  const types = new Map(Object.entries(source.types).map(([word, type]) => [word.trim().toLowerCase(), type]));
  return { columns: Object.fromEntries(indexes) as CsvLayout['columns'], types, width: header?.fields.length };
}
