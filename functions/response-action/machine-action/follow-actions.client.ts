import type { Clock } from '../../../shared/clock.ts';
import type { DefenderTenant } from '../../../shared/defender/hosts.ts';
import type { DefenderMachineAction } from '../../../shared/defender/machine-action-rows.ts';
import type { DefenderMachineActions } from '../../../shared/defender/machine-actions.client.ts';
import { isRefused } from '../../../shared/errors.ts';

/**
 * How a machine action stands that is followed; `undefined`: Defender knows none of that id. It may be half a minute old.
 * Throws what `Defender.request` throws.
 */
export type FollowAction = (tenant: DefenderTenant, id: string) => Promise<DefenderMachineAction | undefined>;

/** What following needs. */
export interface FollowActionsOptions {
  readonly machineActions: Pick<DefenderMachineActions, 'get' | 'listByIds'>;
  /** Ids of all that is followed in a tenant. */
  readonly listFollowed: (tenantId: string) => Promise<readonly string[]>;
  readonly now: Clock;
}

/** Less than the shortest time between two looks at the same action, and about as long as a pass over all that is due. */
const keptMs = 30_000;

interface Snapshot {
  readonly atMs: number;
  readonly actions: Promise<ReadonlyMap<string, DefenderMachineAction>>;
}

/**
 * Makes the reading of what is followed: what falls due together in a tenant is read with one call (or as few as addresses
 * have room for), by whoever comes first.
 */
export function createFollowActions({ machineActions, listFollowed, now }: FollowActionsOptions): FollowAction {
  const snapshots = new Map<string, Snapshot>();

  return async (tenant, id) => {
    const snapshot = current(tenant.tenantId) ?? take(tenant, id);
    const found = (await snapshot.actions).get(toKey(id));
    // It may have been submitted since, or Defender leaves out what it does not know.
    return found ?? machineActions.get(tenant, id);
  };

  function current(tenantId: string): Snapshot | undefined {
    const snapshot = snapshots.get(tenantId);
    return snapshot !== undefined && now() - snapshot.atMs < keptMs ? snapshot : undefined;
  }

  function take(tenant: DefenderTenant, id: string): Snapshot {
    const snapshot = { atMs: now(), actions: read(tenant, id) };
    snapshots.set(tenant.tenantId, snapshot);
    // A failure is only for those who wait for it: the next one asks again.
    void snapshot.actions.catch(() => {
      if (snapshots.get(tenant.tenantId) === snapshot) snapshots.delete(tenant.tenantId);
    });
    return snapshot;
  }

  async function read(tenant: DefenderTenant, id: string): Promise<ReadonlyMap<string, DefenderMachineAction>> {
    const ids = [...(await listFollowed(tenant.tenantId)), id];
    try {
      const actions = await machineActions.listByIds(tenant, ids);
      return new Map(actions.map((action) => [toKey(action.id), action]));
    } catch (error) {
      // The list is a short cut: where its filter is refused, each is asked for by itself.
      if (isRefused(error, 400)) return new Map();
      throw error;
    }
  }
}

function toKey(id: string): string {
  return id.toLowerCase();
}
