import { ticksPerMs, toTimeText } from '../hunting/ticks.ts';
import { determinations, statuses, toEvidence } from '../defender/alerts/resource.ts';
import { triaged } from '../defender/alerts/triage.ts';
import { toGraphAlertContext } from '../graph/alerts.ts';
import { isGraphError } from '../graph/errors.ts';
import { readGraphTriage, writeGraphTriage } from '../graph/triage.ts';
import type { SimulatorClock } from '../clock.ts';
import type { AlertEvidence, AlertResource } from '../defender/alerts/resource.ts';
import type { AlertSeed } from '../defender/alerts/seed.ts';
import type { Triage } from '../defender/alerts/triage.ts';
import type { GraphAlert } from '../graph/alert-resource.ts';
import type { GraphAlertSeed } from '../graph/alert-store.ts';
import type { GraphAlertStores } from '../graph/alerts.ts';
import type { GraphTriage } from '../graph/triage.ts';

/** Who writes; `ana@example.test` when nobody is named. */
interface Author {
  readonly by?: string;
}

export type AlertEvidenceSeed = Partial<AlertEvidence> & Pick<AlertEvidence, 'entityType'>;

/** The alerts of a tenant behind the API's back. */
export interface AlertControl {
  readonly alerts: {
    /** Newest first. */
    list(tenantId: string): readonly AlertResource[];
    /** Adds alerts, or replaces those with the same id. */
    seed(tenantId: string, seeds: readonly AlertSeed[]): readonly AlertResource[];
    /** Any fields: `lastUpdateTime` is now, unless the change says otherwise; throws when there is none. */
    change(tenantId: string, id: string, changes: Partial<AlertResource>): AlertResource;
    /** As a person in the portal would: times and comments follow. Throws when there is no such alert, name or value. */
    triage(tenantId: string, id: string, triage: Triage & Author): AlertResource;
    /** As Defender does when it finds more. */
    addEvidence(tenantId: string, id: string, evidence: readonly AlertEvidenceSeed[]): AlertResource;
    clear(tenantId: string): void;
  };
  /** What only Graph knows: made through it without an event, or of another product. */
  readonly graphAlerts: {
    list(tenantId: string): readonly GraphAlert[];
    seed(tenantId: string, seeds: readonly GraphAlertSeed[]): readonly GraphAlert[];
    change(tenantId: string, id: string, changes: Partial<GraphAlert>): GraphAlert;
    /** As a person in the portal would, in Graph's names; also of an alert of Defender. */
    triage(tenantId: string, id: string, triage: GraphTriage & Author): GraphAlert;
    clear(tenantId: string): void;
  };
}

const person = 'ana@example.test';

export function alertControl(state: GraphAlertStores & { readonly clock: SimulatorClock }): AlertControl {
  const now = (): string => toTimeText(BigInt(state.clock.now()) * ticksPerMs);
  return { alerts: defenderPart(state, now), graphAlerts: graphPart(state, now) };
}

function defenderPart(
  { alerts, clock }: GraphAlertStores & { readonly clock: SimulatorClock },
  now: () => string,
): AlertControl['alerts'] {
  const get = (tenantId: string, id: string): AlertResource => alerts(tenantId).change(id, {});
  return {
    list: (tenantId) => alerts(tenantId).list(),
    seed: (tenantId, seeds) => seeds.map((seed) => alerts(tenantId).add(seed, clock.now())),
    change: (tenantId, id, changes) => alerts(tenantId).change(id, { lastUpdateTime: now(), ...changes }),
    triage: (tenantId, id, { by = person, ...triage }) => {
      const alert = get(tenantId, id);
      return alerts(tenantId).change(id, triaged(alert, checked(triage), { by, now: now() }));
    },
    addEvidence: (tenantId, id, evidence) => {
      const added = evidence.map((item) => toEvidence({ evidenceCreationTime: now(), ...item }));
      const alert = get(tenantId, id);
      return alerts(tenantId).change(id, { evidence: [...alert.evidence, ...added], lastUpdateTime: now() });
    },
    clear: (tenantId) => alerts(tenantId).clear(),
  };
}

function graphPart(
  state: GraphAlertStores & { readonly clock: SimulatorClock },
  now: () => string,
): AlertControl['graphAlerts'] {
  const { graphAlerts, clock } = state;
  return {
    list: (tenantId) => graphAlerts(tenantId).list(),
    seed: (tenantId, seeds) => seeds.map((seed) => graphAlerts(tenantId).add(seed, clock.now())),
    change: (tenantId, id, changes) => graphAlerts(tenantId).change(id, { lastUpdateDateTime: now(), ...changes }),
    triage: (tenantId, id, { by = person, comment, ...fields }) => {
      const read = readGraphTriage({ ...fields });
      if (isGraphError(read)) throw new RangeError(read.message);
      const triage = { ...read, ...(comment === undefined ? {} : { comment }) };
      return writeGraphTriage(toGraphAlertContext(state, tenantId), { id, triage, by, now: now() });
    },
    clear: (tenantId) => graphAlerts(tenantId).clear(),
  };
}

/** A mistyped value would stay unseen in a test. */
function checked(triage: Triage): Triage {
  const known: Readonly<Record<string, readonly unknown[]>> = {
    status: statuses,
    classification: [null, ...Object.keys(determinations)],
    determination: [null, ...Object.values(determinations).flat()],
  };
  for (const [name, value] of Object.entries(triage)) {
    const isText = typeof value === 'string' || (name === 'assignedTo' && value === null);
    const isFree = name === 'assignedTo' || name === 'comment';
    if (isFree ? !isText : known[name]?.includes(value) !== true) {
      throw new RangeError(`An alert's ${name} cannot be ${JSON.stringify(value)}.`);
    }
  }
  return triage;
}
