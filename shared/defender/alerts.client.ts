import { z } from 'zod';
import { UpstreamRefused } from '../errors.ts';
import type { UpstreamIds } from '../errors.ts';
import type { Defender } from './call.ts';
import type { DefenderTenant } from './hosts.ts';
import { machinePath } from './machine-rows.ts';
import type { MdeRole } from './roles.ts';

/** An alert as Defender gives it, as far as we use it; fields that it leaves empty are absent. */
export const defenderAlertSchema = z.object({
  id: z.string().min(1),
  incidentId: z
    .int()
    .nullish()
    .transform((id) => id ?? undefined),
  description: z
    .string()
    .nullish()
    .transform((text) => text ?? undefined),
});

/** An alert as Defender gives it. */
export type DefenderAlert = Readonly<z.output<typeof defenderAlertSchema>>;

/** The alert that a creation gave: a new one, or the open one that took it in. `undefined`: Defender knows no such event. */
export interface CreatedAlert {
  readonly alert: DefenderAlert | undefined;
  readonly upstream: UpstreamIds;
}

/** A call that creates an alert by an event. */
export interface CreateAlertRequest {
  readonly method: 'POST';
  readonly path: string;
  readonly body: unknown;
}

/** A tenant's alerts in Defender. Everything throws what `Defender.request` throws, but for what is not there. */
export interface DefenderAlerts {
  /** Made once: whoever repeats it looks first. */
  readonly createAlert: (tenant: DefenderTenant, request: CreateAlertRequest) => Promise<CreatedAlert>;
  /** Every alert of a machine; none of one that Defender does not know. */
  readonly listOfMachine: (tenant: DefenderTenant, machineId: string) => Promise<readonly DefenderAlert[]>;
}

const role: MdeRole = 'Alert.ReadWrite.All';

/** The calls of Defender's alert API. */
export function createDefenderAlerts(defender: Defender): DefenderAlerts {
  return {
    // https://learn.microsoft.com/defender-endpoint/api/create-alert-by-reference
    createAlert: async (tenant, request) => {
      const call = { tenant, api: 'alertsCreateByReference', role, ...request, schema: defenderAlertSchema } as const;
      try {
        const { value, upstream } = await defender.request(call);
        return { alert: value, upstream };
      } catch (error) {
        if (!isMissing(error)) throw error;
        return { alert: undefined, upstream: error.upstream };
      }
    },
    // https://learn.microsoft.com/defender-endpoint/api/get-machine-related-alerts
    listOfMachine: async (tenant, machineId) => {
      const path = `${machinePath(machineId)}/alerts`;
      try {
        return await defender.list({ tenant, api: 'machines', role, method: 'GET', path, schema: defenderAlertSchema });
      } catch (error) {
        if (!isMissing(error)) throw error;
        return [];
      }
    },
  };
}

function isMissing(error: unknown): error is UpstreamRefused {
  return error instanceof UpstreamRefused && error.status === 404;
}
