import type { Operation } from '../../contract/operation.ts';
import type { TenantRecord } from '../../registry/tenant-record.ts';
import type { DirectRows } from './direct-rows.store.ts';
import type { DirectStanding } from './direct-standing.ts';
import type { IndicatorIdentity } from '../feed-item.ts';

/**
 * How rows are asked for directly. Nobody but a tenant's sync writes to its indicators: whoever wants a row says so in `rows`, has the sync
 * run, and looks at how the value stands then.
 */
export interface DirectIndicators {
  readonly rows: DirectRows;
  /** Has the tenant's sync run now, as far as it advances; gives it as it stands then. One that ended began after this was called. */
  readonly sync: (tenantId: string) => Promise<Operation>;
  /** How a value stands by what is known; no call to Defender. */
  readonly standing: (tenant: TenantRecord, identity: IndicatorIdentity) => Promise<DirectStanding>;
}
