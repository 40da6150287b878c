import { defenderError } from '../errors.ts';
import { isSameIndicator, isSameValueAndScope } from './identity.ts';
import { createIndicatorRows } from './rows.ts';
import type { Switches } from '../../switches.ts';
import type { DefenderError } from '../errors.ts';
import type { IndicatorResource, IndicatorSubmission } from './resource.ts';

/** Who submits. */
export interface Submitter {
  readonly createdBy: string;
  readonly displayName: string;
  readonly sourceType: 'User' | 'AadApp';
  readonly createdBySource: 'PublicApi' | 'Portal';
  /** May change the rows of others. */
  readonly mayChangeAll: boolean;
}

export interface SubmitContext {
  readonly submitter: Submitter;
  readonly nowMs: number;
  readonly switches: Switches;
}

/** The indicators of one tenant. Every method first drops what has expired by `nowMs`. */
export interface IndicatorStore {
  list(nowMs: number): readonly IndicatorResource[];
  get(id: string, nowMs: number): IndicatorResource | undefined;
  submit(submission: IndicatorSubmission, context: SubmitContext): IndicatorResource | DefenderError;
  /** Past all rules, as somebody else would have made it. */
  seed(submission: IndicatorSubmission, submitter: Submitter, nowMs: number): IndicatorResource;
  delete(ids: readonly string[], nowMs: number): number;
  clear(): void;
}

export function createIndicatorStore(nextId: () => string): IndicatorStore {
  const rows = createIndicatorRows();
  return {
    list: (nowMs) => {
      rows.expire(nowMs);
      return rows.all();
    },
    get: (id, nowMs) => {
      rows.expire(nowMs);
      return rows.get(id);
    },
    submit: (submission, context) => {
      rows.expire(context.nowMs);
      const existing = findExisting(rows.withSameValue(submission), submission, context);
      if (existing && 'code' in existing) return existing;
      if (existing) return rows.put(toChanged(existing, submission, context));
      const limit = context.switches.indicatorLimit;
      if (rows.count() < limit) return rows.put(toCreated(nextId(), submission, context));
      return defenderError('BadRequest', `The limit of ${limit} indicators per tenant is reached`);
    },
    seed: (submission, submitter, nowMs) => rows.put(toCreated(nextId(), submission, { submitter, nowMs })),
    delete: (ids, nowMs) => {
      rows.expire(nowMs);
      const found = [...new Set(ids)].flatMap((id) => rows.get(id) ?? []);
      found.forEach(rows.remove);
      return found.length;
    },
    clear: rows.clear,
  };
}

/** The row that a submission changes; an error when it may not. */
function findExisting(
  sameValue: readonly IndicatorResource[],
  submission: IndicatorSubmission,
  { submitter, switches }: SubmitContext,
): IndicatorResource | DefenderError | undefined {
  const existing = sameValue.find((row) => isSameIndicator(row, submission, switches.indicatorKey));
  if (
    !existing &&
    switches.indicatorKey === 'conflict' &&
    sameValue.some((row) => isSameValueAndScope(row, submission))
  ) {
    return defenderError('InvalidInput', 'Invalid input action: conflicts with an existing indicator');
  }
  const isForeign = existing !== undefined && existing.createdBy !== submitter.createdBy;
  return isForeign && !submitter.mayChangeAll
    ? defenderError('Forbidden', 'The indicator belongs to somebody else')
    : existing;
}

function toCreated(
  id: string,
  submission: IndicatorSubmission,
  { submitter, nowMs }: Pick<SubmitContext, 'submitter' | 'nowMs'>,
): IndicatorResource {
  const now = toServiceTime(nowMs);
  const { createdBy, displayName, sourceType, createdBySource } = submitter;
  return {
    ...{
      id,
      ...submission,
      createdBy,
      source: displayName,
      sourceType,
      createdByDisplayName: displayName,
      createdBySource,
    },
    ...{ creationTimeDateTimeUtc: now, lastUpdateTime: now, lastUpdatedBy: null },
  };
}

/** All fields are replaced but those that only a creation may set. */
function toChanged(
  existing: IndicatorResource,
  submission: IndicatorSubmission,
  { submitter, nowMs }: SubmitContext,
): IndicatorResource {
  const { application, version, certificateInfo } = existing;
  const lastUpdateTime = toServiceTime(nowMs);
  return {
    ...existing,
    ...submission,
    application,
    version,
    certificateInfo,
    lastUpdateTime,
    lastUpdatedBy: submitter.displayName,
  };
}

/** Six fractional digits, as the service prints them. */
function toServiceTime(nowMs: number): string {
  return new Date(nowMs).toISOString().replace(/(\.\d{3})Z$/, '$1000Z');
}
