import { indicatorTypeSchema } from '../../../shared/contract/indicator.ts';
import type { DefenderIndicator } from '../../../shared/defender/indicator-rows.ts';
import { indicatorKey } from '../../../shared/indicators/feed-item.ts';
import type { Ledger } from '../../../shared/indicators/ledger/ledger.ts';
import { normaliseIndicator } from '../../../shared/indicators/normalise/normalise-indicator.ts';
import type { RowContent } from '../../../shared/indicators/wanted-row.ts';

/** A row as a tenant's list shows it; types and actions are Defender's words, also ones we do not know. */
export interface TenantRow {
  readonly indicatorId: string;
  readonly indicatorType: string;
  readonly indicatorValue: string;
  readonly action: string;
  /** App id or user principal name of whoever made it. */
  readonly createdBy?: string;
  /** Absent when it never expires. */
  readonly expirationTime?: string;
  readonly severity?: string;
  readonly title?: string;
  readonly description?: string;
  readonly generateAlert?: boolean;
  readonly rbacGroupNames?: readonly string[];
}

/** A row of Defender's list. */
export function toTenantRow({
  id,
  createdBy,
  expirationTime,
  title,
  description,
  ...row
}: DefenderIndicator): TenantRow {
  const { indicatorType, indicatorValue, action, severity, generateAlert, rbacGroupNames } = row;
  return {
    ...{ indicatorId: id, indicatorType, indicatorValue, action, severity, generateAlert, rbacGroupNames },
    ...(createdBy === undefined ? {} : { createdBy }),
    ...(expirationTime === undefined ? {} : { expirationTime }),
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
  };
}

/** What others hold in a tenant: how much of its room, and which values (by `indicatorKey`). */
export interface OthersRows {
  readonly count: number;
  readonly keys: ReadonlySet<string>;
}

/** A tenant's rows, told apart. */
export interface TenantRows {
  readonly ours: ReadonlyMap<string, readonly TenantRow[]>;
  readonly others: OthersRows;
}

/** What tells our rows from others'. */
export interface Ownership {
  /** Our application id: `createdBy` of what we made. */
  readonly appId: string;
  readonly ledger: Ledger;
  readonly now: number;
}

/**
 * Ours is what we made (`createdBy` is our application) and what the ledger names by value and id; everything else is somebody else's.
 * Rows that have expired do not count. Values are compared in their normal form, because others may have written them in another one.
 */
export function tellApart(rows: readonly TenantRow[], { appId, ledger, now }: Ownership): TenantRows {
  const ours = new Map<string, TenantRow[]>();
  const keys = new Set<string>();
  let count = 0;
  for (const row of rows) {
    if (row.expirationTime !== undefined && Date.parse(row.expirationTime) <= now) continue;
    const key = keyOf(row);
    const isKnownType = indicatorTypeSchema.safeParse(row.indicatorType).success;
    const isOurs =
      row.createdBy?.toLowerCase() === appId.toLowerCase() || ledger.get(key)?.indicatorId === row.indicatorId;
    if (isOurs && isKnownType) ours.set(key, [...(ours.get(key) ?? []), row]);
    else {
      keys.add(key);
      count += 1;
    }
  }
  return { ours, others: { count, keys } };
}

/** Whether a row in a tenant already says what it should, as far as a list shows it. */
export function showsContent(shown: TenantRow, row: RowContent): boolean {
  const texts = shown.title === row.title && shown.description === row.description && shown.severity === row.severity;
  return hasActionAndScope(shown, row) && texts && shown.generateAlert === row.generateAlert;
}

/** Action and device groups are part of what Defender may take for a row's identity. */
export function hasActionAndScope(shown: TenantRow, row: RowContent): boolean {
  const groups = (names: readonly string[]) => JSON.stringify([...names].sort());
  const sameGroups = shown.rbacGroupNames === undefined || groups(shown.rbacGroupNames) === groups(row.rbacGroupNames);
  return shown.action === row.action && sameGroups;
}

function keyOf({ indicatorType, indicatorValue }: TenantRow): string {
  const type = indicatorTypeSchema.safeParse(indicatorType);
  const normal = type.success ? normaliseIndicator(type.data, indicatorValue) : undefined;
  return normal?.ok === true ? indicatorKey(normal) : `${indicatorType}|${indicatorValue.toLowerCase()}`;
}
