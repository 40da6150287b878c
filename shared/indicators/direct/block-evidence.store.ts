import type { Clock } from '../../clock.ts';
import type { TenantRecord } from '../../registry/tenant-record.ts';
import type { BlockPlan, LeftOutEvidence } from './block-plan.ts';
import type { DirectRows } from './direct-rows.store.ts';
import type { IndicatorIdentity } from '../feed-item.ts';
import { toEvidenceRows } from './to-evidence-rows.ts';
import type { BlockingAlert } from './to-evidence-rows.ts';

export interface BlockEvidenceOptions {
  readonly direct: Pick<DirectRows, 'block'>;
  /** Of partner.json. */
  readonly ownNames: readonly string[];
  readonly now: Clock;
}

/** What becomes of an alert's evidence; in mode `Observe` (contract §11) what would. */
export interface BlockedEvidence {
  readonly blocked: readonly IndicatorIdentity[];
  readonly leftOut: readonly LeftOutEvidence[];
}

/**
 * Notes durably that an alert's evidence is to be blocked in its tenant; the tenant's sync, which sees it at its next tick, sends it within
 * reserve and capacity and withdraws it when the time is over. Repeating it for the same operation changes nothing. Throws
 * `UpstreamUnavailable`.
 */
export type BlockEvidence = (tenant: TenantRecord, plan: BlockPlan, alert: BlockingAlert) => Promise<BlockedEvidence>;

/** Makes what blocks evidence. */
export function createBlockEvidence({ direct, ownNames, now }: BlockEvidenceOptions): BlockEvidence {
  return async (tenant, plan, alert) => {
    const policy = tenant.policy.indicators;
    const { rows, leftOut } = toEvidenceRows(plan, alert, { policy, ownNames, nowMs: now() });
    if (tenant.policy.alerts.mode === 'Live') await direct.block(tenant.tenantId, rows);
    return { blocked: rows.map(({ indicatorType, indicatorValue }) => ({ indicatorType, indicatorValue })), leftOut };
  };
}
