import type { AlertVia } from '../../../shared/alerts/alert-link-rows.ts';
import type { AlertLinks } from '../../../shared/alerts/alert-links.store.ts';
import { planCallbacks } from '../../../shared/callbacks/plan-callbacks.ts';
import type { ReadSubscribers } from '../../../shared/callbacks/subscribers.store.ts';
import type { Clock } from '../../../shared/clock.ts';
import type { CallbackEvent } from '../../../shared/contract/callback-event.ts';
import type { AlertChanges } from '../../../shared/defender/alert-changes.client.ts';
import { ticksOf } from '../../../shared/defender/changed-alert.ts';
import type { ChangedAlert } from '../../../shared/defender/changed-alert.ts';
import type { Ticks } from '../../../shared/ticks.ts';
import type { Work } from '../../../shared/work/work.store.ts';
import { isSameCursor, movedOn, observing, overlap, startAt } from './alert-cursor.ts';
import type { AlertCursor } from './alert-cursor.ts';
import type { AlertCursors, StoredCursor } from './alert-cursors.store.ts';
import type { FollowedAlerts } from './followed-alerts.store.ts';
import type { KnownAlert } from './known-alert.ts';
import { planAlertChange } from './plan-alert-changes.ts';
import type { Followed } from './plan-following.ts';
import { planObserved } from './plan-observed.ts';

/** What following a tenant needs. */
export interface FollowTenantOptions {
  readonly changes: Readonly<Record<AlertVia, AlertChanges>>;
  readonly links: Pick<AlertLinks, 'byAlertId'>;
  readonly cursors: AlertCursors;
  readonly followed: FollowedAlerts;
  readonly readSubscribers: ReadSubscribers;
  readonly work: Pick<Work, 'addCallbacks'>;
  readonly now: Clock;
}

/** Tells what was changed in a tenant's alerts since the cursor; gives how many events that was. */
export type FollowTenant = (target: Followed, stored: StoredCursor | undefined) => Promise<number>;

/** Nothing new is begun after so long: the others want their turn, and what is left is not lost. */
const turnMs = 40_000;
/** Nobody else tells a tenant's changes meanwhile. Longer than a call and what follows from it. */
const holdMs = 90_000;
/** Alerts that are dealt with before the cursor moves. */
const partSize = 100;

/** Makes it. Callbacks are durably on their way before the cursor moves, under ids that are the same however often they are made. */
export function createFollowTenant(options: FollowTenantOptions): FollowTenant {
  const { changes, cursors, now } = options;
  return async (target, known) => {
    const { tenant, via } = target;
    const stored = known ?? (await cursors.begin(tenant.tenantId, via, startAt(now())));
    if (stored === undefined || stored.busyUntilMs > now()) return 0;
    const isObserved = target.observedFrom !== undefined;
    let turn: Turn | undefined = { stored, cursor: observing(stored.cursor, isObserved, now()), told: 0 };
    const endMs = now() + turnMs;
    let from: Ticks | undefined = stored.cursor.at - overlap;
    while (from !== undefined) {
      const { alerts, to } = await changes[via].readSince(tenant, from);
      const next: Turn | undefined = await tellAll(options, { target, alerts, to, endMs }, turn);
      if (next === undefined) return turn.told;
      turn = next;
      from = now() < endMs ? to : undefined;
    }
    return turn.told;
  };
}

/** Where a turn stands. */
interface Turn {
  readonly stored: StoredCursor;
  readonly cursor: AlertCursor;
  readonly told: number;
}

interface Changes {
  readonly target: Followed;
  readonly alerts: readonly ChangedAlert[];
  readonly to: Ticks | undefined;
  /** No new part is begun after that. */
  readonly endMs: number;
}

/** In the order of their changes, part by part; `undefined`: somebody else took the tenant over. */
async function tellAll(options: FollowTenantOptions, changes: Changes, begun: Turn): Promise<Turn | undefined> {
  const inOrder = changes.alerts.toSorted((a, b) => (ticksOf(a) < ticksOf(b) ? -1 : 1));
  let turn: Turn | undefined = begun;
  const isLeft = (first: number): boolean => first === 0 || (first < inOrder.length && options.now() < changes.endMs);
  for (let first = 0; turn !== undefined && isLeft(first); first += partSize) {
    const isLast = first + partSize >= inOrder.length;
    const alerts = inOrder.slice(first, first + partSize);
    turn = await tellPart(options, { ...changes, alerts, to: isLast ? changes.to : undefined }, { ...turn, isLast });
  }
  return turn;
}

async function tellPart(
  options: FollowTenantOptions,
  { target, alerts, to }: Omit<Changes, 'endMs'>,
  turn: Turn & { readonly isLast: boolean },
): Promise<Turn | undefined> {
  const { cursors, followed, work, now } = options;
  const { tenantId } = target.tenant;
  const { events, known } = await planPart(options, { target, alerts }, turn.cursor);
  let stored: StoredCursor | undefined = turn.stored;
  if (events.length + known.length > 0) {
    stored = await cursors.write(stored, { cursor: stored.cursor, busyUntilMs: now() + holdMs });
    if (stored === undefined) return undefined;
    const subscribers = await options.readSubscribers();
    await work.addCallbacks(
      tenantId,
      events.flatMap((event) => planCallbacks(event, subscribers, now())),
    );
    for (const [alertId, each] of known) await followed.write(tenantId, alertId, each);
  }
  const cursor = movedOn(turn.cursor, { alerts, to, nowMs: now() });
  const busyUntilMs = turn.isLast ? 0 : stored.busyUntilMs;
  if (!isSameCursor(cursor, stored.cursor) || busyUntilMs !== stored.busyUntilMs) {
    stored = await cursors.write(stored, { cursor, busyUntilMs });
  }
  return stored && { stored, cursor, told: turn.told + events.length };
}

interface Plan {
  readonly events: readonly CallbackEvent[];
  readonly known: readonly (readonly [alertId: string, known: KnownAlert])[];
}

async function planPart(
  { links, followed }: FollowTenantOptions,
  { target: { tenant, via, isUpdateTold, observedFrom }, alerts }: Pick<Changes, 'target' | 'alerts'>,
  cursor: AlertCursor,
): Promise<Plan> {
  const { tenantId } = tenant;
  const ids = isUpdateTold || via === 'Graph' ? alerts.map(({ alertId }) => alertId) : [];
  const linked = new Map([...(await links.byAlertId(tenantId, ids))].filter(([, alert]) => alert.via === via));
  const before = isUpdateTold ? await followed.read(tenantId, [...linked.keys()]) : new Map<string, KnownAlert>();
  const changes = alerts.flatMap((alert) => {
    const ours = linked.get(alert.alertId);
    if (ours === undefined || !isUpdateTold) return [];
    return [{ alertId: alert.alertId, ...planAlertChange(alert, ours, before.get(alert.alertId)) }];
  });
  const seen = via === 'Graph' ? alerts.filter(({ alertId }) => linked.has(alertId)) : alerts;
  const observed = observedFrom === undefined ? [] : planObserved(seen, cursor, { tenantId, from: observedFrom });
  return {
    events: [...changes.flatMap(({ events }) => events), ...observed],
    known: changes.flatMap(({ alertId, known }) => (known === undefined ? [] : [[alertId, known] as const])),
  };
}
