import { z } from 'zod';
import type { UpstreamIds } from '../errors.ts';
import type { Defender } from './call.ts';
import type { DefenderTenant } from './hosts.ts';
import { toFilterOption } from './odata.ts';
import { textOrNone } from './or-absent.ts';
import type { GraphRole } from './roles.ts';

/** An alert as Graph gives it, as far as we use it; fields that it leaves empty are absent. Enum values are in camelCase. */
const graphAlertSchema = z.object({
  id: z.string().min(1),
  /** Graph writes the number as a text. */
  incidentId: textOrNone,
  description: textOrNone,
});
export type GraphAlert = Readonly<z.output<typeof graphAlertSchema>>;

/** A tenant's alerts in Graph, whoever's they are. Everything throws what `Defender.request` throws. */
export interface GraphAlerts {
  /** Made once: whoever repeats it looks first. */
  readonly createAlert: (
    tenant: DefenderTenant,
    request: { readonly method: 'POST'; readonly path: string; readonly body: unknown },
  ) => Promise<{ readonly alert: GraphAlert; readonly upstream: UpstreamIds }>;
  /** Every alert made since, by Graph's clock; in epoch milliseconds. */
  readonly listCreatedSince: (tenant: DefenderTenant, sinceMs: number) => Promise<readonly GraphAlert[]>;
}

const creating: GraphRole = 'SecurityAlert.Create.All';
const reading: GraphRole = 'SecurityAlert.ReadWrite.All';

/** The calls of Graph's alert API. */
export function createGraphAlerts(defender: Defender): GraphAlerts {
  const all = { service: 'graph', api: 'graphSecurity', schema: graphAlertSchema } as const;
  return {
    // https://learn.microsoft.com/graph/api/security-alert-createalert?view=graph-rest-beta
    createAlert: async (tenant, request) => {
      const { value, upstream } = await defender.request({ tenant, ...all, role: creating, ...request });
      return { alert: value, upstream };
    },
    // https://learn.microsoft.com/graph/api/security-list-alerts_v2
    listCreatedSince: (tenant, sinceMs) => {
      const filter = toFilterOption(`createdDateTime ge ${new Date(sinceMs).toISOString()}`);
      return defender.list({
        tenant,
        ...all,
        role: reading,
        method: 'GET',
        path: `/v1.0/security/alerts_v2?${filter}`,
      });
    },
  };
}
