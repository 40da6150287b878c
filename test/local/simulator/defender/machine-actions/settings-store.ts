import { defaultSettings } from './settings.ts';
import type { ActionSettings } from './settings.ts';

/** The settings of a tenant: for all machines, and over them those of single ones. */
export interface SettingsStore {
  /** Of one machine, or of all that have none of their own. */
  get(machineId?: string): ActionSettings;
  change(changes: Partial<ActionSettings>, machineId?: string): void;
  clear(): void;
}

const allMachines = '*';

export function createSettingsStore(): SettingsStore {
  const changed = new Map<string, Partial<ActionSettings>>();
  const keyOf = (machineId?: string): string => machineId?.toLowerCase() ?? allMachines;
  return {
    get: (machineId) => ({ ...defaultSettings, ...changed.get(allMachines), ...changed.get(keyOf(machineId)) }),
    change: (changes, machineId) => {
      const key = keyOf(machineId);
      changed.set(key, { ...changed.get(key), ...changes });
    },
    clear: () => changed.clear(),
  };
}
