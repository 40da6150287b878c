import { CsvError, parse } from 'csv-parse/sync';
import type { FeedSource } from '../../../../shared/contract/feed.ts';
import type { ParsedFeed, Unreadable } from '../../../../shared/indicators/feed-item.ts';
import { isJson, isMarkup, unreadable } from './decode-feed.ts';
import { fromCsvRow } from './from-csv-row.ts';
import type { CsvLayout, CsvRow } from './from-csv-row.ts';
import { maxLineLength } from './from-list.ts';
import { mostValuesOfDocument } from '../most-values.ts';
import { tooManyValues, toParsedItems } from './parsed-items.ts';

const options = {
  info: true,
  record_delimiter: '\n',
  relax_column_count: true,
  relax_quotes: true,
  // abuse.ch writes `"a", "b"`: without it the second field would keep its quotes, and be cut at commas.
  ltrim: true,
  skip_empty_lines: true,
  comment: '#',
  comment_no_infix: true,
  max_record_size: maxLineLength,
  // With the header, and one more that shows that there are too many.
  to: mostValuesOfDocument + 2,
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
 * A quote that never closes makes the rest of the file one row, so such a document is refused as a whole; one that a later line closes
 * by chance spoils its own line only.
 */
export function fromCsv(text: string, source: CsvSource, now: number): ParsedFeed {
  if (text.trim() === '') return unreadable('line 1', 'The document is empty.');
  if (isMarkup(text)) return unreadable('line 1', 'The document is HTML or XML, not CSV.');
  if (isJson(text)) return unreadable('line 1', 'The document is JSON, not CSV.');
  const rows = readRows(text, source.delimiter);
  if ('unreadable' in rows) return rows;
  const header = source.header ? rows.shift() : undefined;
  const layout = toLayout(source, header);
  if ('unreadable' in layout) return layout;
  const [surplus] = rows.slice(mostValuesOfDocument);
  if (surplus !== undefined) return tooManyValues(`line ${surplus.line}`);
  return toParsedItems(rows.map((row) => fromCsvRow(row, layout, now)));
}

function readRows(text: string, delimiter: string): CsvRow[] | Unreadable {
  try {
    const records = readRecords(text, delimiter);
    // Only rows of several lines are looked at again as they were written: most documents have none.
    let lines: readonly string[] | undefined;
    return records
      .flatMap(({ info, record }) => {
        const line = info.lines - lineEndsIn(record);
        if (line === info.lines) return [{ line, fields: record }];
        lines ??= text.split('\n', records.at(-1)?.info.lines);
        const whole = lines.slice(line - 1, info.lines);
        return isOpenQuoted(record, whole, delimiter)
          ? whole.map((each, i) => readLine(each, line + i, delimiter))
          : [{ line, fields: record }];
      })
      .filter(({ fields, fault }) => fault !== undefined || fields.length > 1 || fields[0]?.trim() !== '');
  } catch (error) {
    if (error instanceof CsvError)
      return unreadable(`line ${String(error['lines'] ?? 1)}`, `It is no CSV: ${error.message}.`);
    throw error;
  }
}

function readRecords(text: string, delimiter: string, more: { readonly relax_quotes?: false } = {}) {
  const whole = text.endsWith('\n') ? text : `${text}\n`;
  const records: unknown = parse(whole, { ...options, delimiter, ...more });
  return records as readonly InfoRecord[];
}

/** Whether a row of several lines is one because of a quote that nobody meant to open a field: then it is no row of RFC 4180. */
function isOpenQuoted(record: readonly string[], lines: readonly string[], delimiter: string): boolean {
  if (!record.some((field) => field.startsWith('"') && field.includes('\n'))) return false;
  try {
    readRecords(lines.join('\n'), delimiter, { relax_quotes: false });
    return false;
  } catch (error) {
    if (error instanceof CsvError) return true;
    throw error;
  }
}

/** A line that is a row by itself, or that has the fault. */
function readLine(text: string, line: number, delimiter: string): CsvRow {
  try {
    return { line, fields: readRecords(text, delimiter)[0]?.record ?? [''] };
  } catch (error) {
    if (error instanceof CsvError) return { line, fields: [text], fault: 'A quote opens a field and does not close.' };
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
