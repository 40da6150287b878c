import { ticksPerMs, toTimeText } from '../hunting/ticks.ts';
import type { Control, SimulatorState } from './control.ts';

/** The alerts of a tenant behind the API's back. */
export function alertControl({ alerts, clock }: Pick<SimulatorState, 'alerts' | 'clock'>): Control['alerts'] {
  return {
    list: (tenantId) => alerts(tenantId).list(),
    seed: (tenantId, seeds) => seeds.map((seed) => alerts(tenantId).add(seed, clock.now())),
    change: (tenantId, id, changes) => {
      const lastUpdateTime = toTimeText(BigInt(clock.now()) * ticksPerMs);
      return alerts(tenantId).change(id, { lastUpdateTime, ...changes });
    },
    clear: (tenantId) => alerts(tenantId).clear(),
  };
}
