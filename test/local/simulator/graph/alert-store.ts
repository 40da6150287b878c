import { webUrls } from './alert-resource.ts';
import type { GraphAlert } from './alert-resource.ts';

/** An alert of another product, unless it says otherwise: only its id and title are needed. */
export type GraphAlertSeed = Partial<GraphAlert> & Pick<GraphAlert, 'id' | 'title'>;

/** The alerts of one tenant that only Graph knows: no event of Defender stands behind them. */
export interface GraphAlertStore {
  list(): readonly GraphAlert[];
  get(id: string): GraphAlert | undefined;
  /** Adds an alert, or replaces that with the same id. */
  add(seed: GraphAlertSeed, nowMs: number): GraphAlert;
  /** Gives the alert as it is then; throws when there is none. */
  change(id: string, changes: Partial<GraphAlert>): GraphAlert;
  clear(): void;
}

export type GraphAlertsOf = (tenantId: string) => GraphAlertStore;

/** One store per tenant. */
export function createGraphAlertStores(): GraphAlertsOf {
  const stores = new Map<string, GraphAlertStore>();
  return (tenantId) => {
    const key = tenantId.toLowerCase();
    const store = stores.get(key) ?? createStore(key);
    stores.set(key, store);
    return store;
  };
}

function createStore(tenantId: string): GraphAlertStore {
  const alerts = new Map<string, GraphAlert>();
  let lastIncidentId = 0;
  return {
    list: () => [...alerts.values()],
    get: (id) => alerts.get(id),
    add: (seed, nowMs) => {
      if (typeof seed.id !== 'string' || typeof seed.title !== 'string') {
        throw new RangeError('An alert needs an id and a title.');
      }
      const incidentId = seed.incidentId ?? String((lastIncidentId += 1));
      const alert = { ...defaults({ tenantId, id: seed.id, incidentId }, nowMs), ...seed };
      alerts.set(alert.id, alert);
      return alert;
    },
    change: (id, changes) => {
      const alert = alerts.get(id);
      if (!alert) throw new RangeError(`There is no alert ${id}.`);
      const changed = { ...alert, ...changes, id };
      alerts.set(id, changed);
      return changed;
    },
    clear: () => alerts.clear(),
  };
}

function defaults(
  { tenantId, id, incidentId }: Pick<GraphAlert, 'tenantId' | 'id'> & { readonly incidentId: string },
  nowMs: number,
): Omit<GraphAlert, 'title'> {
  const now = new Date(nowMs).toISOString();
  return {
    ...{ id, providerAlertId: id, incidentId, tenantId, status: 'new', severity: 'medium' },
    ...{ classification: 'unknown', determination: 'unknown', serviceSource: 'microsoftDefenderForIdentity' },
    ...{ detectionSource: 'microsoftDefenderForIdentity', detectorId: null, description: 'Seeded' },
    ...{ recommendedActions: null, category: 'Discovery', assignedTo: null, ...webUrls(tenantId, id, incidentId) },
    ...{ actorDisplayName: null, threatDisplayName: null, threatFamilyName: null, mitreTechniques: [] },
    ...{ createdDateTime: now, lastUpdateDateTime: now, resolvedDateTime: null },
    ...{ firstActivityDateTime: now, lastActivityDateTime: now, comments: [], evidence: [], systemTags: [] },
  };
}
