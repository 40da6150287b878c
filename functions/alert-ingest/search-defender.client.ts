import type { AlertCreated } from '../../shared/contract/alert.ts';
import type { DefenderTenant } from '../../shared/defender/hosts.ts';
import type { Hunting } from '../../shared/defender/hunting.client.ts';
import type { FindMachine } from '../../shared/machines/find-machines.client.ts';
import type { AlertNews, AlertState } from './alert-state.ts';
import { toEvidenceQuery, toNearestQuery } from './event/anchor-query.ts';
import { chooseEvent } from './event/rank-events.ts';

/** The states in which Defender is only asked. */
export type SearchState = Extract<AlertState, { at: 'FindingMachine' | 'FindingEvent' }>;

/** What Defender says to a search for an alert's machine or event. Nothing is changed; throws what `Defender.request` throws. */
export type SearchDefender = (
  tenant: DefenderTenant,
  question: { readonly state: SearchState; readonly alert: AlertCreated; readonly signal?: AbortSignal },
) => Promise<AlertNews>;

/** Makes the search for machine and event. */
export function createSearchDefender(options: {
  readonly findMachine: FindMachine;
  readonly hunting: Hunting;
}): SearchDefender {
  const { findMachine, hunting } = options;
  return async (tenant, { state, alert, signal }) => {
    if (state.at === 'FindingMachine') {
      const question = { selector: alert.machine, time: alert.eventTime };
      return { news: 'Machine', resolution: await findMachine(tenant, question) };
    }
    const { machine, by } = state;
    const query = by === 'Evidence' ? toEvidenceQuery(alert, machine) : toNearestQuery(alert.eventTime, machine.id);
    if (query === undefined) return { news: 'Event', found: undefined };
    const rows = await hunting.runQuery(tenant, query, signal);
    return { news: 'Event', found: chooseEvent(rows, { eventTime: alert.eventTime, machineId: machine.id }) };
  };
}

/** Whether a state only asks. */
export function isSearch(state: AlertState): state is SearchState {
  return state.at === 'FindingMachine' || state.at === 'FindingEvent';
}
