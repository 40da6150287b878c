import type { TenantPolicy } from '../../contract/tenant.ts';
import type { IndicatorSeverity } from '../../contract/indicator.ts';
import { toTime } from '../../contract/primitives.ts';
import { toMark } from '../../operation-mark.ts';
import type { BlockPlan, LeftOutEvidence } from './block-plan.ts';
import { actionsByType } from '../guard/check-action.ts';
import type { DirectRow } from './direct-row.ts';
import { exceptionsOf } from '../guard/exceptions.ts';
import type { IndicatorIdentity } from '../feed-item.ts';
import { guardIndicator } from '../guard/guard-indicator.ts';

/** The alert whose evidence is blocked. */
export interface BlockingAlert {
  /** Of the operation that carries it. */
  readonly operationId: string;
  readonly title: string;
  readonly severity: IndicatorSeverity;
}

/** What a tenant says to it. */
export interface EvidenceRules {
  readonly policy: TenantPolicy['indicators'];
  /** Of partner.json. */
  readonly ownNames: readonly string[];
  readonly nowMs: number;
}

const maxTitle = 256;

/** The rows that block an alert's evidence for a time, through the same guard as a feed's (contract §11, §12), and what is left out. */
export function toEvidenceRows(
  { blocks, forMs, leftOut }: BlockPlan,
  alert: BlockingAlert,
  { policy, ownNames, nowMs }: EvidenceRules,
): { readonly rows: readonly DirectRow[]; readonly leftOut: readonly LeftOutEvidence[] } {
  const names = [...ownNames, ...policy.protectedNames];
  const exceptions = exceptionsOf(policy.exceptions, nowMs);
  const rows: DirectRow[] = [];
  const others: LeftOutEvidence[] = [];
  for (const identity of blocks) {
    const guarded = guardIndicator(identity, names);
    const reason = exceptions.reasonFor(identity);
    const { indicatorValue } = identity;
    if (!guarded.ok) others.push({ indicatorValue, why: guarded.detail });
    else if (reason !== undefined) others.push({ indicatorValue, why: `The tenant excepted it: ${reason}` });
    else rows.push(toRow(identity, alert, { nowMs, endsAtMs: nowMs + forMs }));
  }
  return { rows, leftOut: [...leftOut, ...others] };
}

function toRow(
  { indicatorType, indicatorValue }: IndicatorIdentity,
  { operationId, title, severity }: BlockingAlert,
  { nowMs, endsAtMs }: { readonly nowMs: number; readonly endsAtMs: number },
): DirectRow {
  return {
    indicatorType,
    indicatorValue,
    // The weakest that blocks: what is quarantined on every machine does not come back when the time is over.
    action: actionsByType[indicatorType].includes('Block') ? 'Block' : 'BlockAndRemediate',
    severity,
    title: `Evidence of: ${title}`.slice(0, maxTitle).toWellFormed(),
    description: `Blocked for a time in response to an alert ${toMark(operationId)}`,
    generateAlert: true,
    confidence: 100,
    expirationTime: toTime(endsAtMs),
    since: toTime(nowMs),
    source: 'alerts',
    operationId,
  };
}
