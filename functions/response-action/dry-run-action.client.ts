import type { StoredAction } from '../../shared/actions/action-operation.ts';
import type { DryRunAnswer } from '../../shared/contract/dry-run.ts';
import type { MachineSelector } from '../../shared/contract/machine-selector.ts';
import { RejectedInput, UpstreamRefused } from '../../shared/errors.ts';
import { toTenantStatus } from '../../shared/registry/tenant-record.ts';
import type { TenantRecord } from '../../shared/registry/tenant-record.ts';
import { toOperationError } from '../../shared/work/next-attempt.ts';
import type { AuthorizeNow } from './guard/authorize-now.client.ts';
import type { PreviewActionKind } from './carry-context.ts';
import { rowOf } from './catalogue.ts';
import type { ActionKind } from './catalogue.ts';

/** How actions are shown that are not run, by kind. */
export type PreviewByKind = { readonly [Kind in ActionKind]?: PreviewActionKind };

/** What a dry run needs. */
export interface DryRunOptions {
  readonly previewByKind: PreviewByKind;
  readonly authorizeNow: AuthorizeNow;
}

/**
 * What an action would do: Defender is asked, nothing is written. Throws `RejectedInput` `wrong_state` when the tenant cannot
 * be asked.
 */
export async function dryRunAction(
  { previewByKind, authorizeNow }: DryRunOptions,
  tenant: TenantRecord,
  action: StoredAction,
): Promise<DryRunAnswer> {
  const status = toTenantStatus(tenant);
  if (status !== 'Connected') throw new RejectedInput('wrong_state', `The tenant is ${status}: nothing can be asked.`);
  const asked = 'machine' in action.data ? { machine: toShown(action.data.machine) } : {};
  const policy = await authorizeNow(tenant, action);
  try {
    const preview = previewByKind[rowOf(action.data).kind];
    if (preview === undefined) {
      const message = `This build does not carry ${action.data.action}.`;
      return { dryRun: true, ...asked, policy, error: { code: 'defender_refused', message } };
    }
    const { facts, ...shown } = await preview({ tenant, action });
    return { dryRun: true, ...asked, policy: await authorizeNow(tenant, action, facts), ...shown };
  } catch (error) {
    if (!(error instanceof UpstreamRefused)) throw error;
    return { dryRun: true, ...asked, policy, error: toOperationError(error) };
  }
}

function toShown({ id, computerDnsName }: MachineSelector) {
  return {
    ...(id === undefined ? {} : { id }),
    ...(computerDnsName === undefined ? {} : { computerDnsName }),
  };
}
