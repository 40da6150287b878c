import { createHash } from 'node:crypto';
import type { TransactionAction } from '@azure/data-tables';
import { fromSortable, toSortable } from '../work/rows/keys.ts';

/** So long a link lives, from when its alert was made (contract §15). In milliseconds. */
export const linkKeptMs = 180 * 86_400_000;

/** By which of Microsoft's APIs an alert was made, is read and is changed. */
export type AlertVia = 'Defender' | 'Graph';

/** An alert in Defender, made (or, when it was merged, taken in) for an id of the partner's. */
export interface NewAlertLink {
  readonly tenantId: string;
  /** The partner's. */
  readonly id: string;
  /** Defender's. */
  readonly alertId: string;
  /** Of kind `Alert`. */
  readonly operationId: string;
  readonly via: AlertVia;
}

/** A link as it is kept. */
export interface AlertLink extends NewAlertLink {
  readonly linkedAtMs: number;
}

/** The fields of a triage that we write; of a comment its mark is enough to know it by. */
export const writtenFields = ['status', 'classification', 'determination', 'assignedTo'] as const;
export type WrittenFields = Readonly<Partial<Record<(typeof writtenFields)[number], string>>>;

/** An alert of ours in Defender: all ids that it stands for, and what we wrote last of each field, and when. */
export interface LinkedAlert {
  readonly tenantId: string;
  readonly alertId: string;
  readonly via: AlertVia;
  /** At least one. */
  readonly links: readonly AlertLink[];
  readonly written: Readonly<
    Partial<Record<(typeof writtenFields)[number], { readonly value: string; readonly atMs: number }>>
  >;
}

type Row = Readonly<Record<string, unknown>>;

/** Row keys in a tenant's partition. Any text may be an id, but not a row's key: ids stand in them as hashes. */
export const linkKeys = {
  /** One link, by the partner's id. */
  ofId: (id: string): string => `alert-id|${hashOf(id)}`,
  /** What we wrote to an alert. */
  ofAlert: (alertId: string): string => `alert|${hashOf(alertId)}`,
  /** The same link, by the alert. */
  ofPair: (alertId: string, id: string): string => `alert|${hashOf(alertId)}|${hashOf(id)}`,
  /** The same link, by its age. */
  ofAge: (linkedAtMs: number, id: string): string => `alert-age|${toSortable(linkedAtMs)}|${hashOf(id)}`,
};

/** Everything that is known of one alert: bounds of row keys, `from` included, `to` not. */
export function alertRange(alertId: string): { readonly from: string; readonly to: string } {
  return { from: linkKeys.ofAlert(alertId), to: `${linkKeys.ofAlert(alertId)}~` };
}

/** Links that are as old as that, or older. */
export function ageRange(linkedByMs: number): { readonly from: string; readonly to: string } {
  return { from: 'alert-age|', to: `alert-age|${toSortable(linkedByMs + 1)}` };
}

/** Everything of a link, in one transaction. What we wrote to an alert that is linked already stays. */
export function toLinkRows(link: NewAlertLink, nowMs: number): TransactionAction[] {
  const { tenantId, ...columns } = link;
  const { id, alertId, via } = link;
  const at = (rowKey: string) => ({ partitionKey: tenantId, rowKey, schemaVersion: 1 });
  const whole = { ...columns, linkedAt: toSortable(nowMs) };
  return [
    ['upsert', { ...at(linkKeys.ofId(id)), ...whole }, 'Replace'],
    ['upsert', { ...at(linkKeys.ofPair(alertId, id)), ...whole }, 'Replace'],
    ['upsert', { ...at(linkKeys.ofAge(nowMs, id)), ...whole }, 'Replace'],
    ['upsert', { ...at(linkKeys.ofAlert(alertId)), alertId, via }, 'Merge'],
  ];
}

/** One link as it was kept, of any of its rows. */
export function fromLinkRow(row: Row): AlertLink {
  const text = (name: string): string => String(row[name] ?? '');
  return {
    tenantId: text('partitionKey'),
    id: text('id'),
    alertId: text('alertId'),
    operationId: text('operationId'),
    via: text('via') === 'Graph' ? 'Graph' : 'Defender',
    linkedAtMs: fromSortable(text('linkedAt')),
  };
}

/** An alert of all its rows; `undefined` when no link is among them. */
export function fromLinkedRows(rows: readonly Row[]): LinkedAlert | undefined {
  const links = rows.filter((row) => row['operationId'] !== undefined).map(fromLinkRow);
  const [first] = links;
  if (first === undefined) return undefined;
  const notes = rows.find((row) => row['operationId'] === undefined) ?? {};
  const written = writtenFields.flatMap((name) => {
    const [value, at] = [notes[name], notes[`${name}At`]];
    return typeof value === 'string' && typeof at === 'string' ? [[name, { value, atMs: fromSortable(at) }]] : [];
  });
  const { tenantId, alertId, via } = first;
  return { tenantId, alertId, via, links, written: Object.fromEntries(written) };
}

/** What is noted of a write: each field, and when. */
export function toWrittenColumns(fields: WrittenFields, nowMs: number): Readonly<Record<string, string>> {
  const columns = writtenFields.flatMap((name) => {
    const value = fields[name];
    return value === undefined
      ? []
      : [
          [name, value],
          [`${name}At`, toSortable(nowMs)],
        ];
  });
  return Object.fromEntries(columns) as Record<string, string>;
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
