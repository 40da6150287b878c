import { z } from 'zod';
import { alertPath } from '../defender/alert-update.ts';
import type { AlertUpdateBody } from '../defender/alert-update.ts';
import type { DefenderAlerts } from '../defender/alerts.client.ts';
import type { Defender, DefenderCall } from '../defender/call.ts';
import { graphAlertHeaders, graphChangedAlertSchema } from '../defender/changed-alert.ts';
import type { DefenderTenant } from '../defender/hosts.ts';
import type { GraphRole } from '../defender/roles.ts';
import { requestOrNone } from '../defender/or-none.ts';
import { isRefused, UpstreamUnavailable } from '../errors.ts';
import type { UpstreamIds } from '../errors.ts';
import type { AlertVia } from './alert-link-rows.ts';
import type { HeldAlert } from './remaining-update.ts';
import { graphAlertPath, inOtherWords, toGraphUpdate } from './to-graph-update.ts';
import type { AlertWriteRequest } from './to-graph-update.ts';

/** An alert as it is, or is after a change; `undefined` when there is none of that id. */
export interface TriageAnswer {
  readonly alert: HeldAlert | undefined;
  readonly upstream: UpstreamIds;
}

/** Reading and changing alerts by one of Microsoft's APIs, in Defender's words. Throws what `Defender.request` throws. */
export interface AlertTriageApi {
  readonly getAlert: (tenant: DefenderTenant, alertId: string) => Promise<TriageAnswer>;
  /** Made once: whoever repeats it looks first. Throttled only when nothing was written. */
  readonly updateAlert: (
    tenant: DefenderTenant,
    change: { readonly alertId: string; readonly body: AlertUpdateBody },
  ) => Promise<TriageAnswer>;
}

export type AlertTriage = Readonly<Record<AlertVia, AlertTriageApi>>;

/** The two APIs by which an alert of ours may have been made. */
export function createAlertTriage(options: {
  readonly defender: Pick<Defender, 'request'>;
  readonly alerts: Pick<DefenderAlerts, 'getAlert' | 'updateAlert'>;
}): AlertTriage {
  const { defender, alerts } = options;
  return {
    Defender: {
      getAlert: alerts.getAlert,
      updateAlert: (tenant, { alertId, body }) =>
        alerts.updateAlert(tenant, { method: 'PATCH', path: alertPath(alertId), body }),
    },
    Graph: createGraphTriage(defender),
  };
}

/** Reads too: of the two that read it is the one that customers are asked for. */
const graphRole: GraphRole = 'SecurityAlert.ReadWrite.All';

/** What an answer to a write holds is not looked at: comments are answered alone. */
const writtenSchema = z.unknown().transform((): HeldAlert => ({}));

function createGraphTriage(defender: Pick<Defender, 'request'>): AlertTriageApi {
  const call = { service: 'graph', api: 'graphSecurity' } as const;
  const getAlert: AlertTriageApi['getAlert'] = (tenant, alertId) =>
    unlessMissing(defender, {
      ...{ tenant, ...call, role: graphRole, method: 'GET', path: graphAlertPath(alertId) },
      headers: graphAlertHeaders,
      schema: graphChangedAlertSchema,
    });
  const write = (tenant: DefenderTenant, request: AlertWriteRequest): Promise<TriageAnswer> =>
    unlessMissing(defender, {
      ...{ tenant, ...call, role: graphRole, ...request },
      schema: writtenSchema,
    });
  /** A 400 changed nothing. */
  const writeInEitherWords = async (tenant: DefenderTenant, request: AlertWriteRequest): Promise<TriageAnswer> => {
    try {
      return await write(tenant, request);
    } catch (error) {
      const respelled = inOtherWords(request);
      if (respelled === undefined || !isRefused(error, 400)) throw error;
      return write(tenant, respelled);
    }
  };
  return {
    // https://learn.microsoft.com/graph/api/security-alert-get
    getAlert,
    updateAlert: async (tenant, { alertId, body }) => {
      let answer: TriageAnswer = { alert: {}, upstream: {} };
      let isWritten = false;
      for (const request of toGraphUpdate(alertId, body)) {
        answer = await asUnknown(isWritten, () => writeInEitherWords(tenant, request));
        if (answer.alert === undefined) return answer;
        isWritten = true;
      }
      return answer;
    },
  };
}

async function unlessMissing(
  defender: Pick<Defender, 'request'>,
  call: DefenderCall<HeldAlert>,
): Promise<TriageAnswer> {
  const { value: alert, upstream } = await requestOrNone(defender, call);
  return { alert, upstream };
}

/** A limit that strikes the second of two calls does not mean that nothing was written. */
async function asUnknown<T>(isWritten: boolean, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!isWritten || !(error instanceof UpstreamUnavailable)) throw error;
    const { message, retryAfterMs, upstream } = error;
    throw new UpstreamUnavailable(message, { retryAfterMs, upstream, cause: error });
  }
}
