import { fromTicks } from '../ticks.ts';
import type { Ticks } from '../ticks.ts';
import type { Defender } from './call.ts';
import { defenderChangedAlertSchema, graphAlertHeaders, graphChangedAlertSchema, ticksOf } from './changed-alert.ts';
import type { ChangedAlert } from './changed-alert.ts';
import type { DefenderTenant } from './hosts.ts';
import { toFilterOption } from './odata.ts';
import type { GraphRole, MdeRole } from './roles.ts';

/** Every alert that was changed last at or after the time that was asked for, and, where there is `to`, before that one. */
export interface AlertWindow {
  readonly alerts: readonly ChangedAlert[];
  /** Absent: there was no more. */
  readonly to?: Ticks;
}

/** What was changed in a tenant's alerts. Complete, or it throws what `Defender.request` throws. */
export interface AlertChanges {
  readonly readSince: (tenant: DefenderTenant, from: Ticks) => Promise<AlertWindow>;
}

/** The most that Defender gives at once; a page of so many may not be all. */
const pageSize = 10_000;
const role: MdeRole = 'Alert.ReadWrite.All';

/** Reads alerts by their last change. A window that fills a page is halved until it does not; a single moment is read page by page. */
export function createAlertChanges(
  defender: Pick<Defender, 'list'>,
  { fullPage = pageSize }: { readonly fullPage?: number } = {},
): AlertChanges {
  // https://learn.microsoft.com/defender-endpoint/api/get-alerts
  const list = (tenant: DefenderTenant, { from, to, skip = 0 }: Part): Promise<readonly ChangedAlert[]> => {
    const upTo = to === undefined ? '' : ` and lastUpdateTime lt ${fromTicks(to)}`;
    const filter = toFilterOption(`lastUpdateTime ge ${fromTicks(from)}${upTo}`);
    const path = `/api/alerts?${filter}&$top=${fullPage}${skip === 0 ? '' : `&$skip=${skip}`}`;
    return defender.list({ tenant, api: 'alerts', role, method: 'GET', path, schema: defenderChangedAlertSchema });
  };
  const listRest = async (tenant: DefenderTenant, part: Part, first: readonly ChangedAlert[]) => {
    const found = [...first];
    for (let page = first; page.length >= fullPage; found.push(...page)) {
      page = await list(tenant, { ...part, skip: found.length });
    }
    return found;
  };
  return {
    readSince: async (tenant, from) => {
      let to: Ticks | undefined;
      for (;;) {
        const alerts = await list(tenant, { from, to });
        if (alerts.length < fullPage) return { alerts, ...(to === undefined ? {} : { to }) };
        if (to === from + 1n) return { alerts: await listRest(tenant, { from, to }, alerts), to };
        to = earlierEnd(from, alerts.map(ticksOf));
      }
    },
  };
}

/** What is asked for at once. */
interface Part {
  readonly from: Ticks;
  readonly to: Ticks | undefined;
  readonly skip?: number;
}

/** Where to end a window that was full: half-way to the last of its changes, or where a burst of them begins; never at once. */
function earlierEnd(from: Ticks, times: readonly Ticks[]): Ticks {
  const [first, last] = times.reduce(
    ([min, max], each) => [each < min ? each : min, each > max ? each : max] as const,
    [times[0] ?? from, from] as const,
  );
  const end = last + 1n;
  if (first - from > 100n * (end - first)) return first;
  const half = from + (end - from) / 2n;
  return half > from ? half : from + 1n;
}

const graphRole: GraphRole = 'SecurityAlert.ReadWrite.All';

/** The same of the alerts that only Graph has; it gives them page by page, with those of all other products. */
export function createGraphAlertChanges(defender: Pick<Defender, 'list'>): AlertChanges {
  return {
    // https://learn.microsoft.com/graph/api/security-list-alerts_v2
    readSince: async (tenant, from) => {
      const path = `/v1.0/security/alerts_v2?${toFilterOption(`lastUpdateDateTime ge ${fromTicks(from)}`)}`;
      const call = { tenant, service: 'graph', api: 'graphSecurity', role: graphRole, method: 'GET', path } as const;
      return { alerts: await defender.list({ ...call, headers: graphAlertHeaders, schema: graphChangedAlertSchema }) };
    },
  };
}
