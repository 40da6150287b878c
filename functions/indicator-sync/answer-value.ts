import type { IndicatorAnswer, IndicatorType } from '../../shared/contract/indicator.ts';
import { indicatorTypeSchema } from '../../shared/contract/indicator.ts';
import { indicatorKey } from '../../shared/indicators/feed-item.ts';
import type { IndicatorIdentity } from '../../shared/indicators/feed-item.ts';
import type { Ledger, LedgerEntry } from '../../shared/indicators/ledger.ts';
import { normaliseIndicator, recogniseIndicatorType } from '../../shared/indicators/normalise-indicator.ts';
import type { SyncPlan } from '../../shared/indicators/sync-plan.ts';
import type { WantedRow } from '../../shared/indicators/wanted-row.ts';
import type { Selection } from './select-indicators.ts';

/** What is known of one tenant's values. */
export interface ValueFacts {
  readonly ledger: Ledger;
  readonly plan: SyncPlan;
  readonly selection: Selection;
}

/** The value somebody asks about, in every form that it may be held as: under the type asked for, or the one its form shows. */
export function identitiesOf(value: string, indicatorType?: IndicatorType): readonly IndicatorIdentity[] {
  const recognised = indicatorType ?? recogniseIndicatorType(value);
  const types = recognised === undefined ? indicatorTypeSchema.options : [recognised];
  return types.flatMap((type) => {
    const normal = normaliseIndicator(type, value);
    return normal.ok ? [{ indicatorType: normal.indicatorType, indicatorValue: normal.indicatorValue }] : [];
  });
}

/** Why a value is in the tenant, or why not (contract §6). */
export function answerValue(identity: IndicatorIdentity, { ledger, plan, selection }: ValueFacts): IndicatorAnswer {
  const { indicatorType, indicatorValue } = identity;
  const key = indicatorKey(identity);
  const base = { indicatorType, indicatorValue };
  const wanted = selection.wanted.find((row) => indicatorKey(row) === key);
  const entry = ledger.get(key);
  if (entry?.indicatorId !== undefined && !entry.refused)
    return { ...base, ...present(entry, wanted, selection.endings.get(key)) };
  const planned = [...plan.change, ...plan.renew, ...plan.add].find(({ row }) => indicatorKey(row) === key);
  if (planned) {
    const { row, expirationTime } = planned;
    return { ...base, state: 'Planned', action: row.action, owners: [...row.owners], expirationTime, why: row.why };
  }
  const excepted = selection.excepted.find((each) => indicatorKey(each) === key);
  if (excepted) return { ...base, state: 'Excepted', why: excepted.reason };
  const left = plan.leftOut.find((each) => indicatorKey(each) === key);
  if (left) {
    const { code, owners, why, failureReason } = left;
    return { ...base, state: 'LeftOut', code, owners: [...owners], ...(failureReason ? { failureReason } : {}), why };
  }
  return { ...base, state: 'Unknown', why: selection.endings.get(key) ?? 'no feed of this tenant names it' };
}

function present(entry: LedgerEntry, wanted: WantedRow | undefined, ending: string | undefined) {
  const { indicatorId, action, owners, since, expirationTime } = entry;
  const why = wanted?.why ?? ending ?? 'no feed names it any more: it goes at the next sync';
  return {
    state: 'Present' as const,
    ...(indicatorId === undefined ? {} : { indicatorId }),
    ...{ action, owners: [...owners], since, expirationTime, why },
  };
}
