import { randomUUID } from 'node:crypto';
import { toActionOperation } from '../../../shared/actions/action-operation.ts';
import { actionRequestSchema } from '../../../shared/contract/action.ts';
import type { Operation } from '../../../shared/contract/operation.ts';
import { tenantInputSchema } from '../../../shared/contract/tenant.ts';
import { actionRoles } from '../../../shared/defender/roles.ts';
import { createLog } from '../../../shared/log.ts';
import { toNewTenant } from '../../../shared/registry/tenant-record.ts';
import { openTables } from '../../../shared/tables.client.ts';
import { createActionInstance } from '../../builders/action-instance.ts';
import { createTables } from '../../builders/create-tables.ts';
import { allActionRoles } from '../../builders/machine-actions.ts';
import { world } from '../../builders/microsoft.ts';
import { freshStorage } from '../../builders/storage.ts';
import type { Simulator } from '../../local/simulator/simulator.ts';

const { clientId } = world;
const minuteMs = 60_000;
/** The machine that everything is asked for on. */
export const machineId = 'a'.repeat(40);
const audience = 'https://api.securitycenter.microsoft.com';

/** One tenant with one machine, in storage of its own, where the instances find what is asked for. */
export async function setUpMortal(simulator: Simulator) {
  const { control } = simulator;
  const tenantId = randomUUID();
  control.tenants.put({ tenantId, consents: { [clientId]: { defender: allActionRoles } } });
  control.machines.seed(tenantId, [{ id: machineId, osPlatform: 'Windows11' }]);
  const connectionString = await freshStorage();
  await createTables(connectionString);
  const order = { tenantId, clientId, audience, version: '1.0', roles: allActionRoles, lifetimeSeconds: 1e8 } as const;
  const place = { connectionString, origin: simulator.origin, clientId, token: await control.mintToken(order) };
  const { work, tenants } = createActionInstance({
    ...{ ...place, tables: openTables({ connectionString }), now: control.clock.now },
    tokens: { getToken: () => Promise.resolve(place.token), forget: () => undefined },
    log: createLog(() => undefined, control.clock.now),
    callbacksOf: () => Promise.resolve([]),
  });
  const live = { mode: 'Live', allowed: Object.keys(actionRoles), requireApproval: [] };
  const { policy } = tenantInputSchema.parse({ policy: { actions: live } });
  const tenant = { ...toNewTenant(tenantId, tenantInputSchema.parse({})), policy, connection: 'Connected' } as const;
  await tenants.change(tenantId, () => tenant);
  return {
    ...{ control, tenantId, work, place },
    /** Accepted, and left to the timers. */
    ask: async (request: object): Promise<string> => {
      const data = actionRequestSchema.parse({ machine: { id: machineId }, comment: 'Case 17', ...request });
      const accepted = await work.accept(
        toActionOperation({
          ...{ tenantId, callerId: 'soar', dedupeKey: data.action, fingerprint: data.action, isLeftToTimer: true },
          ...{ action: { data }, submitByMs: control.clock.now() + 240 * minuteMs },
        }),
      );
      if (!('operation' in accepted)) throw new Error(`Not accepted: ${accepted.outcome}.`);
      return accepted.operation.id;
    },
    /** An isolation before its release. */
    operations: async (): Promise<readonly Operation[]> => {
      const listed = await work.list(tenantId, { kind: 'Action' }, { limit: 10 });
      return (listed?.operations ?? []).toSorted((a, b) => (actionOf(a) < actionOf(b) ? -1 : 1));
    },
    /** Calls that change something, as Defender's log has them. */
    posts: () =>
      control.log.entries({ tenantId, method: 'POST', path: '/api' }).map(({ path }) => path.split('/').at(-1)),
  };
}

export type MortalBench = Awaited<ReturnType<typeof setUpMortal>>;

/** What an operation does. */
export function actionOf({ result }: Operation): string {
  return String(result?.action);
}
