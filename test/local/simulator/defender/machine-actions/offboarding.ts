import type { SimulatorClock } from '../../clock.ts';
import type { MachineStoreOf } from '../machines/store.ts';
import type { MachineActionStoreOf } from './store.ts';

/** Machines as whoever looks finds them: those whose offboarding has succeeded by then are no longer onboarded. */
export function withOffboarding(
  machines: MachineStoreOf,
  machineActions: MachineActionStoreOf,
  clock: SimulatorClock,
): MachineStoreOf {
  return (tenantId) => {
    const store = machines(tenantId);
    for (const id of machineActions(tenantId).takeOffboarded(clock.now()))
      if (store.get(id)) store.change(id, { onboardingStatus: 'CanBeOnboarded' });
    return store;
  };
}
