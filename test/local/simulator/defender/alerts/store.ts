import { fromSeed } from './seed.ts';
import type { AlertResource } from './resource.ts';
import type { AlertSeed } from './seed.ts';

/** The alerts of one tenant. */
export interface AlertStore {
  /** Newest first. */
  list(): readonly AlertResource[];
  get(id: string): AlertResource | undefined;
  /** Gives the alert as it is then; throws when there is none. */
  change(id: string, changes: Partial<AlertResource>): AlertResource;
  /** Adds an alert, or replaces that with the same id. */
  add(seed: AlertSeed, nowMs: number): AlertResource;
  clear(): void;
}

export type AlertStoreOf = (tenantId: string) => AlertStore;

/** One store per tenant. */
export function createAlertStores(): AlertStoreOf {
  const stores = new Map<string, AlertStore>();
  return (tenantId) => {
    const key = tenantId.toLowerCase();
    const store = stores.get(key) ?? createAlertStore(key);
    stores.set(key, store);
    return store;
  };
}

function createAlertStore(tenantId: string): AlertStore {
  const alerts = new Map<string, AlertResource>();
  let lastIncidentId = 40;
  return {
    // The latest of those with the same time first: Map keeps the order of arrival.
    list: () =>
      [...alerts.values()]
        .reverse()
        .toSorted((a, b) => Date.parse(b.alertCreationTime) - Date.parse(a.alertCreationTime)),
    get: (id) => alerts.get(id),
    change: (id, changes) => {
      const alert = alerts.get(id);
      if (!alert) throw new RangeError(`There is no alert ${id}.`);
      const changed = { ...alert, ...changes, id };
      alerts.set(id, changed);
      return changed;
    },
    add: (seed, nowMs) => {
      const alert = fromSeed(seed, { tenantId, nowMs, incidentId: (lastIncidentId += 1) });
      alerts.set(alert.id, alert);
      return alert;
    },
    clear: () => alerts.clear(),
  };
}
