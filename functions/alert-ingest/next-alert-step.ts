import type { OperationError, OperationErrorCode } from '../../shared/contract/operation.ts';
import { parseDurationMs } from '../../shared/contract/primitives.ts';
import type { MachineRecord } from '../../shared/machines/machine-record.ts';
import type { MachineResolution } from '../../shared/machines/resolve-machine.ts';
import type { Canceled, Failed, Later } from '../../shared/work/carry.ts';
import type { AlertFacts, AlertMachine, AlertNews, AlertState, AlertStep } from './alert-state.ts';
import { toEvidenceQuery } from './event/anchor-query.ts';
import { withoutOwn } from './event/evidence-values.ts';
import type { ChosenEvent } from './event/rank-events.ts';
import { nextSearchAtMs } from './event/search-schedule.ts';

/** Whether nothing more is to be asked: called before each step. What may be in Defender is always looked for first, what is there ends well. */
export function endAlert(state: AlertState, facts: AlertFacts): Failed | Canceled | undefined {
  if (state.at === 'Looking' || state.at === 'Responding') return undefined;
  if (facts.isCancelRequested) return { outcome: 'Canceled' };
  return facts.isLate ? failed('expired', 'The time to reach Defender was over.') : undefined;
}

/** The next step of an alert's operation, by where it stands and what Defender said (contract §3, §4, §11). */
export function nextAlertStep(state: AlertState, news: AlertNews, facts: AlertFacts): AlertStep {
  switch (news.news) {
    case 'Machine':
      return afterMachine(state, news.resolution, facts);
    case 'Event':
      return afterEvent(state, news.found, facts);
    case 'EventUnknown':
      return afterUnknownEvent(state, facts);
    case 'NotCreated':
      return afterLooking(state, facts);
  }
}

function afterMachine(state: AlertState, resolution: MachineResolution<MachineRecord>, facts: AlertFacts): AlertStep {
  const { startedAtMs } = state;
  switch (resolution.outcome) {
    case 'Found':
      return afterFound({ startedAtMs, machine: toMachine(resolution.machine) }, facts);
    case 'NotOnboarded':
      return failed('not_onboarded', 'The machine is not onboarded to Defender: it has no events.');
    case 'Ambiguous': {
      const { candidates, count } = resolution;
      return failed('machine_ambiguous', `${count} machines fit.`, { candidates });
    }
    case 'NotFound':
      return later(state, facts) ?? failed('machine_not_found', 'No machine in Defender fits.');
  }
}

type Found = { readonly startedAtMs: number; readonly machine: AlertMachine };

/** A caller that knows the event spares the search; without evidence there is nothing to search by but the time. */
function afterFound(found: Found, facts: AlertFacts): AlertStep {
  const { reportId, eventTime } = facts.alert;
  if (reportId !== undefined) {
    const event = { table: 'Unknown', timestamp: eventTime, reportId, matchedBy: 'Given' } as const;
    return go({ ...found, at: 'Creating', event });
  }
  const isSearchable = toEvidenceQuery(facts.alert, found.machine) !== undefined;
  return isSearchable ? go({ ...found, at: 'FindingEvent', by: 'Evidence' }) : fallback(found, facts);
}

function afterEvent(state: AlertState, chosen: ChosenEvent | undefined, facts: AlertFacts): AlertStep {
  if (state.at !== 'FindingEvent') throw new Error(`No event was asked for in ${state.at}.`);
  const { startedAtMs, machine } = state;
  const again = later(state, facts);
  if (again !== undefined && (chosen === undefined || mayStillImprove(chosen, state, facts))) return again;
  if (chosen !== undefined) return go({ at: 'Creating', startedAtMs, machine, event: chosen.event });
  return state.by === 'Evidence' ? fallback({ startedAtMs, machine }, facts) : eventNotFound();
}

/** So long an event by its user alone waits for one that has more to do with the alert: most reach hunting within minutes. */
const userWaitsMs = 5 * 60_000;

/** Somebody is always logged on: where the evidence says more than who it was, the event behind it may still be on its way. */
function mayStillImprove(
  { match }: ChosenEvent,
  { startedAtMs, machine }: Found,
  { alert, nowMs }: AlertFacts,
): boolean {
  if (match !== 'User' || nowMs - startedAtMs >= userWaitsMs) return false;
  return withoutOwn(alert.evidence, alert.machine, machine).some(({ entityType }) => entityType !== 'User');
}

/** Hunting may know an event before the rest of Defender does, and a caller before both. */
function afterUnknownEvent(state: AlertState, facts: AlertFacts): AlertStep {
  if (state.at !== 'Creating') throw new Error(`No event was referred to in ${state.at}.`);
  const { startedAtMs, machine, event } = state;
  if (event.matchedBy === 'Given') return later(state, facts) ?? fallback({ startedAtMs, machine }, facts);
  const by = event.matchedBy === 'Nearest' ? 'Time' : 'Evidence';
  const searching = { at: 'FindingEvent', startedAtMs, machine, by } as const;
  return later(searching, facts) ?? (by === 'Evidence' ? fallback({ startedAtMs, machine }, facts) : eventNotFound());
}

function afterLooking(state: AlertState, facts: AlertFacts): AlertStep {
  if (state.at !== 'Looking') throw new Error(`No alert was looked for in ${state.at}.`);
  const { startedAtMs, machine, event } = state;
  const next: AlertState =
    event === undefined
      ? { at: 'CreatingInGraph', startedAtMs, machine }
      : { at: 'Creating', startedAtMs, machine, event };
  return endAlert(next, facts) ?? go(next);
}

/** What the tenant chose for an alert that no event fits. */
function fallback(found: Found, { policy }: AlertFacts): AlertStep {
  switch (policy.fallback) {
    case 'NearestEvent':
      return go({ ...found, at: 'FindingEvent', by: 'Time' });
    case 'GraphAlert':
      return go({ ...found, at: 'CreatingInGraph' });
    case 'None':
      return eventNotFound();
  }
}

/** Searches again, in the same state, while there is time. */
function later(state: AlertState, { policy, nowMs }: AlertFacts): Later | undefined {
  const search = { startedAtMs: state.startedAtMs, searchForMs: parseDurationMs(policy.searchFor) };
  const dueAtMs = nextSearchAtMs(search, nowMs);
  const stage = state.at === 'FindingMachine' || state.at === 'FindingEvent' ? state.at : 'Creating';
  return dueAtMs === undefined ? undefined : { outcome: 'Later', dueAtMs, stage, state };
}

function toMachine({ id, computerDnsName }: MachineRecord): AlertMachine {
  return { id: id.toLowerCase(), ...(computerDnsName === undefined ? {} : { computerDnsName }) };
}

function eventNotFound(): Failed {
  return failed('event_not_found', 'No event of the machine fits the alert.');
}

function go(state: AlertState): AlertStep {
  return { outcome: 'Go', state };
}

function failed(code: OperationErrorCode, message: string, more: Partial<OperationError> = {}): Failed {
  return { outcome: 'Failed', error: { ...more, code, message } };
}
