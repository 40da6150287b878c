import type { FeedInput } from '../../../shared/contract/feed.ts';
import type { IndicatorAction, IndicatorSeverity } from '../../../shared/contract/indicator.ts';
import type { FeedChoice } from '../../../shared/contract/tenant-policy.ts';
import { parseDurationMs } from '../../../shared/contract/primitives.ts';
import { checkAction } from '../../../shared/indicators/guard/check-action.ts';
import type { WantedRow } from '../../../shared/indicators/wanted-row.ts';
import { leavesAtMs } from '../feeds/feed-version.ts';
import type { AcceptedItem } from '../feeds/feed-version.ts';

const severities: readonly IndicatorSeverity[] = ['Informational', 'Low', 'Medium', 'High'];
const longestLifeMs = 90 * 24 * 3_600_000;

/** A feed as one tenant sees it. */
export interface FeedView {
  readonly feedId: string;
  readonly version: number;
  readonly feed: Pick<FeedInput, 'displayName' | 'select' | 'apply' | 'guard'>;
  /** The tenant's own choice: wins over the item and the feed. */
  readonly choice: FeedChoice | undefined;
  readonly allowAllowed: boolean;
  readonly rbacGroupNames: readonly string[];
}

/** The row that an item asks for, or the tenant's reason against it. */
export type RowOrReason = { readonly row: WantedRow } | { readonly reason: string };

/** What one item of a feed means in a tenant: the tenant's choice before the item before the feed (contract §11, §12). */
export function toWantedRow(item: AcceptedItem, view: FeedView): RowOrReason {
  const reason = reasonAgainst(item, view);
  if (reason !== undefined) return { reason };
  const { action, by } = actionFor(item, view);
  if (action === 'Allowed' && !view.allowAllowed) return { reason: 'the tenant does not allow action Allowed' };
  const possible = checkAction(item.indicatorType, action);
  if (!possible.ok) return { reason: possible.detail };
  return {
    row: {
      ...contentOf(item, view, action),
      ...timesOf(item, view),
      why: whyOf(item, view, `action ${action} by ${by}`),
    },
  };
}

function reasonAgainst(item: AcceptedItem, { feed, choice }: FeedView): string | undefined {
  const types = choice?.types ?? feed.select.types;
  if (!types.includes(item.indicatorType)) return `type ${item.indicatorType} is not selected`;
  const minimum = choice?.minimumSeverity ?? feed.select.minimumSeverity;
  const severity = item.severity ?? feed.apply.severity;
  if (severities.indexOf(severity) < severities.indexOf(minimum)) return `severity ${severity} is below ${minimum}`;
  const confidence = item.confidence ?? 0;
  const least = choice?.minimumConfidence ?? feed.select.minimumConfidence;
  return confidence < least ? `confidence ${item.confidence ?? 'unknown'} is below ${least}` : undefined;
}

function actionFor(item: AcceptedItem, view: FeedView): { readonly action: IndicatorAction; readonly by: string } {
  const chosen = chosenAction(item, view);
  if (item.auditOnly === undefined || chosen.action === 'Allowed' || chosen.action === 'Audit') return chosen;
  return { action: 'Audit', by: `the guard: it is on ${item.auditOnly}` };
}

function chosenAction(item: AcceptedItem, { feed, choice }: FeedView): { action: IndicatorAction; by: string } {
  const own = ruleFor(item, choice?.rules);
  if (own) return { action: own.action, by: `the tenant's rule ${own.number}` };
  if (choice?.action) return { action: choice.action, by: "the tenant's choice" };
  if (item.action) return { action: item.action, by: 'the item' };
  const rule = ruleFor(item, feed.apply.rules);
  if (rule) return { action: rule.action, by: `the feed's rule ${rule.number}` };
  return { action: feed.apply.action, by: 'the feed' };
}

function ruleFor(item: AcceptedItem, rules: FeedInput['apply']['rules'] | undefined) {
  const index = (rules ?? []).findIndex(
    ({ types, minimumConfidence = 0 }) =>
      (types === undefined || types.includes(item.indicatorType)) && (item.confidence ?? 0) >= minimumConfidence,
  );
  const rule = rules?.[index];
  return rule && { action: rule.action, number: index + 1 };
}

function contentOf(item: AcceptedItem, { feed, choice, rbacGroupNames }: FeedView, action: IndicatorAction) {
  const words = { feed: feed.displayName, value: item.indicatorValue };
  const title = choice?.title === undefined ? item.title : undefined;
  const description = choice?.description === undefined ? item.description : undefined;
  return {
    indicatorType: item.indicatorType,
    indicatorValue: item.indicatorValue,
    action,
    severity: choice?.severity ?? item.severity ?? feed.apply.severity,
    title: title ?? filled(choice?.title ?? feed.apply.title, words, 256),
    description: description ?? filled(choice?.description ?? feed.apply.description, words, 1000),
    generateAlert: action === 'Audit' || (choice?.generateAlert ?? item.generateAlert ?? feed.apply.generateAlert),
    ...(item.recommendedActions === undefined ? {} : { recommendedActions: item.recommendedActions }),
    ...(item.mitreTechniques === undefined ? {} : { mitreTechniques: item.mitreTechniques }),
    ...(item.externalId === undefined ? {} : { externalId: item.externalId }),
    rbacGroupNames,
  };
}

function timesOf(item: AcceptedItem, { feed, choice, feedId }: FeedView) {
  const notAfterMs = item.expirationTime === undefined ? undefined : Date.parse(item.expirationTime);
  const changes = [notAfterMs, leavesAtMs(item, feed.guard)].filter((ms) => ms !== undefined);
  return {
    owners: [feedId],
    lifeMs: Math.min(parseDurationMs(choice?.expiresAfter ?? feed.apply.expiresAfter), longestLifeMs),
    ...(notAfterMs === undefined ? {} : { notAfterMs }),
    ...(changes.length === 0 ? {} : { changesAtMs: Math.min(...changes) }),
    confidence: item.confidence ?? 0,
    sinceMs: Date.parse(item.since),
  };
}

function whyOf(item: AcceptedItem, { feedId, version }: FeedView, action: string): string {
  return `${feedId}: item ${item.externalId ?? item.indicatorValue}, version ${version}; ${action}`;
}

/** `{feed}` and `{value}` in a text, cut to what the field takes. What is filled in is not read again. */
function filled(text: string, words: { readonly feed: string; readonly value: string }, length: number): string {
  const all = text.replaceAll(/\{(feed|value)\}/g, (_, word: 'feed' | 'value') => words[word]);
  return all.length <= length ? all : `${all.slice(0, length - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}
