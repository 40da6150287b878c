import { effectsAt } from '../defender/machine-actions/effects.ts';
import { isRunning } from '../defender/machine-actions/record.ts';
import { fromSeed } from '../defender/machine-actions/seed.ts';
import { checkedOutcome, checkedSettings } from '../defender/machine-actions/settings.ts';
import { toResource } from '../defender/machine-actions/to-resource.ts';
import type { SimulatorClock } from '../clock.ts';
import type { MachineEffects } from '../defender/machine-actions/effects.ts';
import type { FinalStatus, MachineActionResource } from '../defender/machine-actions/resource.ts';
import type { ActionRecord } from '../defender/machine-actions/record.ts';
import type { MachineActionSeed } from '../defender/machine-actions/seed.ts';
import type { ActionSettings, ScriptedOutcome } from '../defender/machine-actions/settings.ts';
import type { MachineActionStoreOf } from '../defender/machine-actions/store.ts';
import type { MachineStoreOf } from '../defender/machines/store.ts';

export interface MachineActionState {
  readonly clock: SimulatorClock;
  readonly machines: MachineStoreOf;
  readonly machineActions: MachineActionStoreOf;
}

/** The machine actions of a tenant behind the API's back. */
export interface MachineActionControl {
  /** As they are now, newest first. */
  list(tenantId: string): readonly MachineActionResource[];
  /** Starts one as somebody else, whatever else runs; throws when there is no such machine. */
  add(tenantId: string, seed: MachineActionSeed): MachineActionResource;
  /** Ends a running one now. */
  complete(tenantId: string, id: string, status?: FinalStatus): MachineActionResource;
  /** Cancels a running one as somebody else. */
  cancel(tenantId: string, id: string, by?: { requestor?: string; comment?: string }): MachineActionResource;
  /** How the actions of one machine go, or of all that have no settings of their own. */
  settings(tenantId: string, machineId?: string): ActionSettings;
  configure(tenantId: string, changes: Partial<ActionSettings>, machineId?: string): ActionSettings;
  /** How the next action ends, the next of a type, on a machine; in the order they were given. */
  script(tenantId: string, outcome: ScriptedOutcome): readonly ScriptedOutcome[];
  scripted(tenantId: string): readonly ScriptedOutcome[];
  clearScript(tenantId: string): void;
  /** What the actions have made of a machine. */
  effects(tenantId: string, machineId: string): MachineEffects;
  /** Forgets the actions, settings and scripted outcomes. */
  clear(tenantId: string): void;
}

export function machineActionControl({ machineActions, machines, clock }: MachineActionState): MachineActionControl {
  const shown = (record: ActionRecord): MachineActionResource => toResource(record, clock.now());
  const running = (tenantId: string, id: string): ActionRecord => {
    const record = machineActions(tenantId).get(id);
    if (!record) throw new RangeError(`There is no machine action ${id}.`);
    if (!isRunning(record, clock.now())) throw new RangeError(`Machine action ${id} has ended.`);
    return record;
  };
  return {
    list: (tenantId) => machineActions(tenantId).list().map(shown),
    add: (tenantId, seed) => {
      const machine = machines(tenantId).get(String(seed.machineId))?.machine;
      if (!machine) throw new RangeError(`There is no machine ${String(seed.machineId)}.`);
      return shown(machineActions(tenantId).add(fromSeed(seed, machine, clock.now())));
    },
    complete: (tenantId, id, status = 'Succeeded') =>
      shown(machineActions(tenantId).end(running(tenantId, id).id, status, clock.now())),
    cancel: (tenantId, id, { requestor = 'ana@example.test', comment = 'Not needed' } = {}) => {
      const cancellation = { requestor, comment, atMs: clock.now() };
      return shown(machineActions(tenantId).cancel(running(tenantId, id).id, cancellation));
    },
    settings: (tenantId, machineId) => machineActions(tenantId).settings.get(machineId),
    configure: (tenantId, changes, machineId) => {
      const { settings, configure } = machineActions(tenantId);
      configure(checkedSettings({ ...changes }), clock.now(), machineId);
      return settings.get(machineId);
    },
    script: (tenantId, outcome) => {
      const { script } = machineActions(tenantId);
      script.add(checkedOutcome(outcome));
      return script.list();
    },
    scripted: (tenantId) => machineActions(tenantId).script.list(),
    clearScript: (tenantId) => machineActions(tenantId).script.clear(),
    effects: (tenantId, machineId) => {
      const ofMachine = (record: ActionRecord): boolean => record.machineId === machineId.toLowerCase();
      return effectsAt(machineActions(tenantId).list().filter(ofMachine), clock.now());
    },
    clear: (tenantId) => machineActions(tenantId).clear(),
  };
}
