import { parseDurationMs, parseTimeMs, toTime } from '../../../shared/contract/primitives.ts';
import type { OperationResult, UpstreamRequest } from '../../../shared/contract/operation-result.ts';
import type { ActionRequest } from '../../../shared/contract/action.ts';
import { checkIdentity } from '../../../shared/indicators/direct/check-direct-indicator.ts';
import type { DirectRow } from '../../../shared/indicators/direct/direct-row.ts';
import { toWantedDirect } from '../../../shared/indicators/direct/direct-row.ts';
import type { DirectStanding } from '../../../shared/indicators/direct/direct-standing.ts';
import type { IndicatorIdentity } from '../../../shared/indicators/feed-item.ts';
import { toSubmission } from '../../../shared/indicators/ledger/to-submission.ts';
import { rowOf } from '../catalogue.ts';
import type { RequestFor } from '../catalogue.ts';
import { toComment } from '../to-comment.ts';

/** What is asked of a value: a row, or with `row` left out that nobody asks for it any more. The value is in its normal form. */
export interface IndicatorOrder {
  readonly action: 'SubmitIndicator' | 'DeleteIndicator';
  readonly identity: IndicatorIdentity;
  readonly row?: DirectRow;
}

/** Of which operation, asked for when (epoch milliseconds), approved by whom. */
export interface OrderFacts {
  /** `undefined` in a dry run. */
  readonly operationId: string | undefined;
  readonly askedAtMs: number;
  readonly approvedBy?: string | undefined;
}

/** How long a row lives for which nothing is said (contract §5). */
const defaultLifeMs = parseDurationMs('P30D');

const maxTitle = 256;

/** The order of a request that was checked when it was accepted. Throws on any other action. */
export function toIndicatorOrder(data: ActionRequest, facts: OrderFacts): IndicatorOrder {
  if (data.action !== 'SubmitIndicator' && data.action !== 'DeleteIndicator')
    throw new Error(`${data.action} is about no indicator.`);
  const checked = checkIdentity(data.indicator);
  if (!checked.ok) throw new Error('An indicator was accepted that has no normal form.');
  const { identity } = checked;
  if (data.action === 'DeleteIndicator') return { action: data.action, identity };
  return { action: data.action, identity, row: toRow(data, identity, facts) };
}

/** What an operation tells of its indicator: of the row in Defender, once it is there, or still is. */
export function toIndicatorResult({ action, identity }: IndicatorOrder, standing?: DirectStanding): OperationResult {
  const held = standing?.state === 'Held' ? { indicatorId: standing.indicatorId, action: standing.action } : {};
  return { action, indicator: { ...identity, ...held } };
}

/** The very call that would be made; `undefined`: none, because nothing of ours is there to take out, or a feed keeps it. */
export function toIndicatorCall(
  { action, row }: IndicatorOrder,
  standing: DirectStanding,
  rbacGroupNames: readonly string[],
): UpstreamRequest | undefined {
  const [method = '', path = ''] = rowOf({ action }).call.split(' ');
  if (row !== undefined) {
    const expirationTime = toTime(Math.floor(parseTimeMs(row.expirationTime) / 1000) * 1000);
    const submission = toSubmission({ row: toWantedDirect(row, rbacGroupNames), expirationTime });
    return { method, path, body: { Indicators: [submission] } };
  }
  const isAlone = standing.state === 'Held' && standing.owners.length === 1;
  return isAlone ? { method, path, body: { IndicatorIds: [standing.indicatorId] } } : undefined;
}

function toRow(
  { indicator, comment }: RequestFor<'SubmitIndicator'>,
  identity: IndicatorIdentity,
  { operationId, askedAtMs, approvedBy }: OrderFacts,
): DirectRow {
  const { action, recommendedActions, mitreTechniques, externalId } = indicator;
  // Why it is there is read in Defender beside what it is.
  const text = indicator.description ? `${indicator.description} ${comment}` : comment;
  return {
    ...identity,
    action,
    severity: indicator.severity ?? 'Medium',
    title: indicator.title || comment.slice(0, maxTitle).toWellFormed(),
    description: toComment({ comment: text, approvedBy, operationId }),
    // Defender refuses the one without it; of the other nothing is to be told.
    generateAlert: action === 'Audit' || (indicator.generateAlert ?? action !== 'Allowed'),
    ...(recommendedActions === undefined ? {} : { recommendedActions }),
    ...(mitreTechniques === undefined ? {} : { mitreTechniques }),
    ...(externalId === undefined ? {} : { externalId }),
    confidence: indicator.confidence ?? 100,
    expirationTime: indicator.expirationTime ?? toTime(askedAtMs + defaultLifeMs),
    since: toTime(askedAtMs),
    source: 'actions',
    operationId: operationId ?? '',
  };
}
