import { createHash } from 'node:crypto';
import type { FeedInput } from '../../../shared/contract/feed.ts';
import type { TenantRecord } from '../../../shared/registry/tenant-record.ts';
import type { SyncState } from './sync-state.ts';

/** What of a feed decides about a tenant's rows, told by names that change with it. */
export interface FeedMark {
  readonly feedId: string;
  readonly feed: Pick<FeedInput, 'tenants'>;
  /** Of the feed's document. */
  readonly etag: string;
  readonly version: number;
}

const dayMs = 24 * 3_600_000;
/** What Microsoft refused for good is asked again by the timer after this; a person's request is carried at once. */
const afterRefusalMs = 3_600_000;

/** What a tenant's plan is made from besides its policy and the feeds. */
export interface OtherInputs {
  /** Mark of what was asked for directly; the modes of those who ask count only then. */
  readonly direct?: string | undefined;
  /** Of partner.json. */
  readonly ownNames?: readonly string[];
}

/** One text for everything that a tenant's plan is made from, but for time: another text means that a sync is due. */
export function inputsOf(
  { tenantId, policy }: TenantRecord,
  feeds: readonly FeedMark[],
  { direct, ownNames = [] }: OtherInputs = {},
): string {
  const offered = feeds
    .filter(({ feed }) => feed.tenants === 'All' || feed.tenants.includes(tenantId))
    .map(({ feedId, etag, version }) => [feedId, etag, version])
    .sort();
  const asked = direct === undefined ? [] : [direct, policy.actions.mode, policy.alerts.mode];
  return createHash('sha256')
    .update(JSON.stringify([policy.indicators, offered, ownNames, ...asked]))
    .digest('base64url');
}

/** Why a sync is asked for. */
export type SyncReason = 'never synced' | 'inputs changed' | 'refused' | 'time' | 'reconciliation';

/** Why a tenant is to be synced now; `undefined` when nothing would be done. */
export function syncDue(
  tenantId: string,
  inputs: string,
  { state, nowMs }: { readonly state: SyncState | undefined; readonly nowMs: number },
): SyncReason | undefined {
  if (state === undefined) return 'never synced';
  if (state.inputs !== inputs) return 'inputs changed';
  // What was refused is still to be done: nothing else may remind of it before the day's reconciliation.
  if (state.refusedAt !== undefined)
    return nowMs < Date.parse(state.refusedAt) + afterRefusalMs ? undefined : 'refused';
  if (state.nextDueAtMs !== undefined && state.nextDueAtMs <= nowMs) return 'time';
  return isReconciliationDue(tenantId, state.lastReconciledAt, nowMs) ? 'reconciliation' : undefined;
}

/** Once a day each tenant's own list is read again, at a time of day of its own: a thousand tenants are spread over the day. */
export function isReconciliationDue(tenantId: string, lastReconciledAt: string | undefined, nowMs: number): boolean {
  if (lastReconciledAt === undefined) return true;
  const offsetMs = (createHash('sha256').update(tenantId).digest().readUInt32BE(0) / 2 ** 32) * dayMs;
  const lastTimeMs = Math.floor((nowMs - offsetMs) / dayMs) * dayMs + offsetMs;
  return Date.parse(lastReconciledAt) < lastTimeMs;
}
