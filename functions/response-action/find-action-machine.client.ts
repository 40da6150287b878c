import type { Clock } from '../../shared/clock.ts';
import type { MachineSelector } from '../../shared/contract/machine-selector.ts';
import type { OperationError } from '../../shared/contract/operation.ts';
import type { DefenderTenant } from '../../shared/defender/hosts.ts';
import type { DefenderMachineRecord } from '../../shared/defender/machine-rows.ts';
import type { FindMachine } from '../../shared/machines/find-machines.client.ts';

/** The machine that an action is for, or why there is none. */
export type FoundMachine =
  | { readonly machine: DefenderMachineRecord; readonly error?: undefined }
  | { readonly machine?: undefined; readonly error: OperationError };

/**
 * The machine that a selector means now (contract §3). An action does not search again: what is not there ends it. Throws what
 * `Defender.request` throws.
 */
export type FindActionMachine = (
  tenant: DefenderTenant,
  selector: MachineSelector,
  more?: { readonly mayBeUnmanaged: boolean },
) => Promise<FoundMachine>;

/** Makes the search for the machine of an action. `mayBeUnmanaged`: one that Defender only knows of will do. */
export function createFindActionMachine(options: {
  readonly findMachine: FindMachine;
  readonly now: Clock;
}): FindActionMachine {
  return async (tenant, selector, { mayBeUnmanaged } = { mayBeUnmanaged: false }) => {
    const time = new Date(options.now()).toISOString();
    const found = await options.findMachine(tenant, { selector, time });
    switch (found.outcome) {
      case 'Found':
        return { machine: found.machine };
      case 'NotOnboarded':
        if (mayBeUnmanaged) return { machine: found.machine };
        return { error: { code: 'not_onboarded', message: 'The machine is not onboarded to Defender.' } };
      case 'Ambiguous': {
        const { candidates, count } = found;
        return { error: { code: 'machine_ambiguous', message: `${count} machines fit.`, candidates } };
      }
      case 'NotFound':
        return { error: { code: 'machine_not_found', message: 'No machine in Defender fits.' } };
    }
  };
}
