import { remainingUpdate } from '../../../shared/alerts/remaining-update.ts';
import type { HeldAlert, HeldTriage } from '../../../shared/alerts/remaining-update.ts';
import type { AlertVia } from '../../../shared/alerts/alert-link-rows.ts';
import { toAlertUpdate } from '../../../shared/alerts/to-alert-update.ts';
import type { AlertUpdateBody } from '../../../shared/defender/alert-update.ts';
import { toUpdateRequests } from '../../../shared/alerts/to-graph-update.ts';
import type { AlertUpdated } from '../../../shared/contract/alert.ts';
import type { TenantPolicy } from '../../../shared/contract/tenant.ts';
import type { Canceled, Done, Failed, Later } from '../../../shared/work/carry.ts';
import type { FoundAlert } from './find-alert.client.ts';

/** Where an update's operation stands; what the carry keeps between steps. */
export type UpdateState =
  | { readonly at: 'Waiting' }
  /** The intent was written: Defender may have it. `before`: the alert as it was then. */
  | { readonly at: 'Sending'; readonly before: HeldTriage };

/** What our records and Defender say. */
export type UpdateNews =
  /** `isItsTurn`: no earlier update of the same alert is unfinished. */
  | { readonly news: 'Found'; readonly alert: FoundAlert; readonly isItsTurn: boolean }
  | { readonly news: 'Read'; readonly made: MadeAlert; readonly alert: HeldAlert | undefined };

export type MadeAlert = Extract<FoundAlert, { found: 'Made' }>;

/** What is known besides. */
export interface UpdateFacts {
  readonly operationId: string;
  readonly update: AlertUpdated;
  readonly mode: TenantPolicy['alerts']['mode'];
  readonly nowMs: number;
  readonly isCancelRequested: boolean;
  readonly isLate: boolean;
}

/** What to do next: read the alert, write to it (and then it is done), come back later, or end. */
export type UpdateStep =
  | { readonly outcome: 'Read'; readonly made: MadeAlert }
  | {
      readonly outcome: 'Send';
      readonly made: MadeAlert;
      readonly body: AlertUpdateBody;
      readonly state: Extract<UpdateState, { at: 'Sending' }>;
    }
  | Done
  | Later
  | Failed
  | Canceled;

/** The alert, or an earlier update, is looked for again not before so long. */
const waitsMs = 15_000;

/** So long Defender, and Graph more so, may not find yet what they made; after that it is gone. */
const unreadableForMs = 60_000;

/** Whether nothing more is to be asked: called before each step. What may be in Defender is always looked for first. */
export function endUpdate(state: UpdateState, facts: UpdateFacts): Failed | Canceled | undefined {
  if (state.at === 'Sending') return undefined;
  if (facts.isCancelRequested) return { outcome: 'Canceled' };
  if (!facts.isLate) return undefined;
  return { outcome: 'Failed', error: { code: 'expired', message: 'The time to reach Defender was over.' } };
}

/** The next step of an update's operation, by where it stands and what is known of its alert (contract §4). */
export function nextUpdateStep(state: UpdateState, news: UpdateNews, facts: UpdateFacts): UpdateStep {
  return news.news === 'Found' ? afterFinding(state, news, facts) : afterReading(state, news, facts);
}

function afterFinding(
  state: UpdateState,
  { alert, isItsTurn }: Extract<UpdateNews, { news: 'Found' }>,
  facts: UpdateFacts,
): UpdateStep {
  switch (alert.found) {
    case 'Unknown':
      return notFound('No alert in Defender was made for this id.');
    case 'OnItsWay':
      return later(facts.nowMs, alert.nextAttemptAt);
    case 'Observed':
      return facts.mode === 'Observe' ? observed({ via: 'Defender' }, facts) : notFound('The alert was only observed.');
    case 'Made':
      if (state.at === 'Waiting' && !isItsTurn) return later(facts.nowMs);
      return state.at === 'Waiting' && facts.mode === 'Observe'
        ? observed(alert, facts)
        : { outcome: 'Read', made: alert };
  }
}

function afterReading(
  state: UpdateState,
  { made, alert }: Extract<UpdateNews, { news: 'Read' }>,
  facts: UpdateFacts,
): UpdateStep {
  if (alert === undefined) return whenUnreadable(state, made, facts);
  const { operationId, update, mode } = facts;
  const before = state.at === 'Sending' ? state.before : undefined;
  const whole = toAlertUpdate(made.alertId, update, operationId).body;
  const body = remainingUpdate(whole, alert, { operationId, before });
  if (body === undefined) return { outcome: 'Done', result: { alertId: made.alertId } };
  const end = endUpdate({ at: 'Waiting' }, facts);
  if (end !== undefined) return end;
  if (mode === 'Observe') return observed(made, facts);
  return { outcome: 'Send', made, body, state: { at: 'Sending', before: toTriage(alert) } };
}

/** An alert that has only just been made is on its way still. */
function whenUnreadable(state: UpdateState, { madeAtMs }: MadeAlert, facts: UpdateFacts): UpdateStep {
  if (facts.nowMs - madeAtMs >= unreadableForMs) return notFound('Defender does not know the alert any more.');
  return endUpdate({ at: 'Waiting' }, facts) ?? { ...later(facts.nowMs), state };
}

/** In `Observe` the call is only shown. */
function observed(
  { via, alertId }: { readonly via: AlertVia; readonly alertId?: string },
  { update, operationId }: UpdateFacts,
): Done {
  const [request] = toUpdateRequests(via, alertId, toAlertUpdate(alertId, update, operationId).body);
  return {
    outcome: 'Done',
    result: {
      ...(alertId === undefined ? {} : { alertId }),
      observed: true,
      ...(request === undefined ? {} : { request }),
    },
  };
}

/** The alert goes on by itself: there is nothing to look for before it does. */
function later(nowMs: number, nextAttemptAt?: string): Later {
  const alertAtMs = nextAttemptAt === undefined ? nowMs : Date.parse(nextAttemptAt);
  const dueAtMs = Math.max(nowMs, alertAtMs) + waitsMs;
  return { outcome: 'Later', dueAtMs, stage: 'Pending', state: { at: 'Waiting' } satisfies UpdateState };
}

function toTriage({ status, classification, determination, assignedTo }: HeldAlert): HeldTriage {
  return { status, classification, determination, assignedTo };
}

function notFound(message: string): Failed {
  return { outcome: 'Failed', error: { code: 'alert_not_found', message } };
}
