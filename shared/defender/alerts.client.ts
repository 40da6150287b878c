import { z } from 'zod';
import { isRefused } from '../errors.ts';
import type { UpstreamIds } from '../errors.ts';
import { alertPath, toNewerName } from './alert-update.ts';
import type { AlertUpdateRequest } from './alert-update.ts';
import type { Defender, DefenderCall } from './call.ts';
import type { DefenderTenant } from './hosts.ts';
import { machinePath } from './machine-rows.ts';
import { orAbsent, textOrNone } from './or-absent.ts';
import type { MdeRole } from './roles.ts';

/** An alert as Defender gives it, as far as we use it; fields that it leaves empty are absent, unknown words pass as they are. */
export const defenderAlertSchema = z.object({
  id: z.string().min(1),
  incidentId: orAbsent(z.int()),
  description: textOrNone,
  severity: textOrNone,
  status: textOrNone,
  classification: textOrNone,
  determination: textOrNone,
  assignedTo: textOrNone,
  machineId: textOrNone,
  lastUpdateTime: textOrNone,
  comments: orAbsent(z.array(z.object({ comment: textOrNone, createdBy: textOrNone, createdTime: textOrNone }))),
});

/** An alert as Defender gives it. */
export type DefenderAlert = Readonly<z.output<typeof defenderAlertSchema>>;

/**
 * The alert that a call gave. Of a creation: a new one, or the open one that took it in. `undefined`: Defender knows no such
 * event (of a creation), or no such alert.
 */
export interface AlertAnswer {
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
  readonly createAlert: (tenant: DefenderTenant, request: CreateAlertRequest) => Promise<AlertAnswer>;
  readonly getAlert: (tenant: DefenderTenant, alertId: string) => Promise<AlertAnswer>;
  /**
   * Made once: whoever repeats it looks first. A determination that Defender refuses in its older spelling is sent in the newer
   * one: a 400 changed nothing.
   */
  readonly updateAlert: (tenant: DefenderTenant, request: AlertUpdateRequest) => Promise<AlertAnswer>;
  /** Every alert of a machine; none of one that Defender does not know. */
  readonly listOfMachine: (tenant: DefenderTenant, machineId: string) => Promise<readonly DefenderAlert[]>;
}

const role: MdeRole = 'Alert.ReadWrite.All';

/** The calls of Defender's alert API. */
export function createDefenderAlerts(defender: Defender): DefenderAlerts {
  const send = async (call: Omit<DefenderCall<DefenderAlert>, 'role' | 'schema'>): Promise<AlertAnswer> => {
    try {
      const { value, upstream } = await defender.request({ ...call, role, schema: defenderAlertSchema });
      return { alert: value, upstream };
    } catch (error) {
      if (!isRefused(error, 404)) throw error;
      return { alert: undefined, upstream: error.upstream };
    }
  };
  return {
    // https://learn.microsoft.com/defender-endpoint/api/create-alert-by-reference
    createAlert: (tenant, request) => send({ tenant, api: 'alertsCreateByReference', ...request }),
    // https://learn.microsoft.com/defender-endpoint/api/get-alert-info-by-id
    getAlert: (tenant, alertId) => send({ tenant, api: 'alerts', method: 'GET', path: alertPath(alertId) }),
    // https://learn.microsoft.com/defender-endpoint/api/update-alert
    updateAlert: async (tenant, request) => {
      try {
        return await send({ tenant, api: 'alerts', ...request });
      } catch (error) {
        const respelled = inNewerSpelling(request);
        if (respelled === undefined || !isRefused(error, 400)) throw error;
        return send({ tenant, api: 'alerts', ...respelled });
      }
    },
    // https://learn.microsoft.com/defender-endpoint/api/get-machine-related-alerts
    listOfMachine: async (tenant, machineId) => {
      const path = `${machinePath(machineId)}/alerts`;
      try {
        return await defender.list({ tenant, api: 'machines', role, method: 'GET', path, schema: defenderAlertSchema });
      } catch (error) {
        if (!isRefused(error, 404)) throw error;
        return [];
      }
    },
  };
}

function inNewerSpelling(request: AlertUpdateRequest): AlertUpdateRequest | undefined {
  const { body } = request;
  const determination = body.determination === undefined ? undefined : toNewerName(body.determination);
  return determination === undefined ? undefined : { ...request, body: { ...body, determination } };
}
