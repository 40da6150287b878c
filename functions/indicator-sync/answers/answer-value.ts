import type { IndicatorAnswer, IndicatorType } from '../../../shared/contract/indicator.ts';
import { indicatorTypeSchema } from '../../../shared/contract/indicator.ts';
import { indicatorKey } from '../../../shared/indicators/feed-item.ts';
import type { IndicatorIdentity } from '../../../shared/indicators/feed-item.ts';
import type { Ledger, LedgerEntry } from '../../../shared/indicators/ledger/ledger.ts';
import {
  normaliseIndicator,
  recogniseIndicatorType,
} from '../../../shared/indicators/normalise/normalise-indicator.ts';
import type { SyncPlan } from '../../../shared/indicators/ledger/sync-plan.ts';
import type { Selection } from '../plan/select-indicators.ts';

/** What is known of one tenant's values. */
export interface ValueFacts {
  readonly ledger: Ledger;
  readonly plan: SyncPlan;
  readonly selection: Selection;
}

/** The value somebody asks about, in every form that it may be held as: the one its form shows first, unless a type is asked for. */
export function identitiesOf(value: string, indicatorType?: IndicatorType): readonly IndicatorIdentity[] {
  const recognised = recogniseIndicatorType(value);
  const all = recognised === undefined ? indicatorTypeSchema.options : [recognised, ...indicatorTypeSchema.options];
  const types = indicatorType === undefined ? all : [indicatorType];
  const identities = types.flatMap((type) => {
    const normal = normaliseIndicator(type, value);
    return normal.ok ? [{ indicatorType: normal.indicatorType, indicatorValue: normal.indicatorValue }] : [];
  });
  return [...new Map(identities.map((identity) => [indicatorKey(identity), identity])).values()];
}

/** Why a value is in the tenant, or why not (contract §6). */
export function answerValue(identity: IndicatorIdentity, { ledger, plan, selection }: ValueFacts): IndicatorAnswer {
  const { indicatorType, indicatorValue } = identity;
  const key = indicatorKey(identity);
  const base = { indicatorType, indicatorValue };
  const isIt = (row: IndicatorIdentity) => indicatorKey(row) === key;
  const entry = ledger.get(key);
  const added = plan.add.find(({ row }) => isIt(row));
  if (!added && entry?.indicatorId !== undefined && !entry.refused && !plan.forget.some(isIt)) {
    const why = selection.wanted.find(isIt)?.why ?? 'no feed of this tenant names it';
    const ending = plan.remove.find((removal) => isIt(removal) && removal.entryStays !== true)?.why;
    return { ...base, ...present(entry, ending === undefined ? why : `goes at the next sync: ${ending}`) };
  }
  const planned = added ?? [...plan.change, ...plan.renew].find(({ row }) => isIt(row));
  if (planned) {
    const { row, expirationTime } = planned;
    return { ...base, state: 'Planned', action: row.action, owners: [...row.owners], expirationTime, why: row.why };
  }
  const excepted = selection.excepted.find(isIt);
  if (excepted) return { ...base, state: 'Excepted', why: excepted.reason };
  const left = plan.leftOut.find(isIt);
  if (left) {
    const { code, owners, why, failureReason } = left;
    return { ...base, state: 'LeftOut', code, owners: [...owners], ...(failureReason ? { failureReason } : {}), why };
  }
  return { ...base, state: 'Unknown', why: selection.endings.get(key) ?? 'no feed of this tenant names it' };
}

function present({ indicatorId, action, owners, since, expirationTime }: LedgerEntry, why: string) {
  return {
    state: 'Present' as const,
    ...(indicatorId === undefined ? {} : { indicatorId }),
    ...{ action, owners: [...owners], since, expirationTime, why },
  };
}
