import { createHash } from 'node:crypto';
import type { ResponseAction } from '../../../shared/contract/action.ts';
import type { AlertCreated } from '../../../shared/contract/alert.ts';
import { parseDurationMs } from '../../../shared/contract/primitives.ts';
import type { AlertResponse } from '../../../shared/contract/tenant-policy.ts';
import type { PlannedResponse, ResponsePlan } from '../response-plan.ts';
import { planBlocks } from './plan-blocks.ts';

/** What became of the alert. */
export interface AlertInDefender {
  readonly operationId: string;
  /** As it was found. */
  readonly machine: { readonly computerDnsName?: string };
}

/** Longest comment of an action (contract §5). */
const maxComment = 1000;

/**
 * What a tenant's `policy.alerts.responses` start for an alert (contract §11). A response whose filters are left out fits
 * every alert. The same action twice is one, as the first response has it; evidence is blocked for the longest time asked for.
 */
export function planResponses(
  alert: AlertCreated,
  responses: readonly AlertResponse[],
  { operationId, machine }: AlertInDefender,
): ResponsePlan {
  const fitting = responses.filter((response) => fits(alert, response));
  const actions = new Map<string, PlannedResponse>();
  for (const { action, approval } of fitting) {
    if (action === undefined) continue;
    const key = `response|${operationId}|${digestOf(action)}`;
    if (actions.has(key)) continue;
    actions.set(key, { key, action, needsApproval: approval, comment: toComment(alert) });
  }
  const blockMs = fitting.flatMap((response) => response.blockEvidenceFor ?? []).map(parseDurationMs);
  return {
    actions: [...actions.values()],
    blocks: blockMs.length === 0 ? undefined : planBlocks(alert, Math.max(...blockMs), machine),
  };
}

function fits({ severity, category }: AlertCreated, response: AlertResponse): boolean {
  return (response.severity?.includes(severity) ?? true) && (response.category?.includes(category) ?? true);
}

function toComment({ id, title }: AlertCreated): string {
  return `Response to alert ${id}: ${title}`.slice(0, maxComment).toWellFormed();
}

/** Names an action by what it does, not by its place in a list that may be edited meanwhile. */
function digestOf(action: ResponseAction): string {
  const sorted = JSON.stringify(action, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
  return createHash('sha256').update(sorted).digest('hex').slice(0, 16);
}
