import type { Clock } from '../../../shared/clock.ts';
import type { ActionRequest } from '../../../shared/contract/action.ts';
import type { FieldError } from '../../../shared/contract/problem.ts';
import { RejectedInput } from '../../../shared/errors.ts';
import { checkDirectIndicator, checkIdentity } from '../../../shared/indicators/direct/check-direct-indicator.ts';
import type { DirectRows } from '../../../shared/indicators/direct/direct-rows.store.ts';
import type { IndicatorIdentity } from '../../../shared/indicators/feed-item.ts';
import type { TenantRecord } from '../../../shared/registry/tenant-record.ts';
import type { RequestFor } from '../catalogue.ts';

export interface RequireIndicatorOptions {
  readonly direct: Pick<DirectRows, 'find'>;
  /** Of partner.json. */
  readonly ownNames: readonly string[];
  readonly now: Clock;
}

/**
 * Refuses, before it is accepted, an indicator that may not be asked for directly: throws `RejectedInput` `indicator_refused` with
 * `errors`. Says nothing to other actions.
 */
export type RequireIndicator = (tenant: TenantRecord, data: ActionRequest) => Promise<void>;

/** Makes the rules of `SubmitIndicator` and `DeleteIndicator` (contract §5, §6, §9, §12). */
export function createRequireIndicator(options: RequireIndicatorOptions): RequireIndicator {
  return async (tenant, data) => {
    if (data.action === 'SubmitIndicator') requireSubmittable(options, tenant, data);
    if (data.action === 'DeleteIndicator') await requireDirect(options, tenant, data);
  };
}

function requireSubmittable(
  { ownNames, now }: RequireIndicatorOptions,
  { policy }: TenantRecord,
  { indicator }: RequestFor<'SubmitIndicator'>,
): void {
  const names = [...ownNames, ...policy.indicators.protectedNames];
  const checked = checkDirectIndicator(indicator, { names, nowMs: now() });
  if (!checked.ok) throw refused(checked.errors);
}

/** Nobody takes out by hand what a feed, or somebody else, put in. */
async function requireDirect(
  { direct }: RequireIndicatorOptions,
  { tenantId }: TenantRecord,
  { indicator }: RequestFor<'DeleteIndicator'>,
): Promise<void> {
  const checked = checkIdentity(indicator);
  if (!checked.ok) throw refused(checked.errors);
  if (await isDirect(direct, tenantId, checked.identity)) return;
  const detail = 'No SubmitIndicator and no response to an alert made an indicator of this value.';
  throw refused([{ pointer: '#/data/indicator/indicatorValue', code: 'invalid_value', detail }]);
}

async function isDirect(
  direct: Pick<DirectRows, 'find'>,
  tenantId: string,
  identity: IndicatorIdentity,
): Promise<boolean> {
  return (await direct.find(tenantId, identity)).length > 0;
}

function refused(errors: readonly FieldError[]): RejectedInput {
  return new RejectedInput('indicator_refused', errors.map(({ detail }) => detail).join(' '), { errors });
}
