import { z } from 'zod';
import { maxLifeMs } from '../../contract/indicator-expiry.ts';
import { indicatorActionSchema, indicatorSeveritySchema, indicatorTypeSchema } from '../../contract/indicator.ts';
import type { Immutable } from '../../contract/primitives.ts';
import { operationIdSchema, parseTimeMs, timeSchema } from '../../contract/primitives.ts';
import { directOwner } from '../wanted-row.ts';
import type { WantedRow } from '../wanted-row.ts';

/** Who asks for rows directly, by the policy whose `mode` decides: an action, or an alert's response. */
export const directSourceSchema = z.enum(['actions', 'alerts']);
export type DirectSource = z.output<typeof directSourceSchema>;

export const directRowSchema = z.strictObject({
  indicatorType: indicatorTypeSchema,
  indicatorValue: z.string(),
  action: indicatorActionSchema,
  severity: indicatorSeveritySchema,
  title: z.string(),
  description: z.string(),
  generateAlert: z.boolean(),
  recommendedActions: z.string().optional(),
  mitreTechniques: z.array(z.string()).optional(),
  externalId: z.string().optional(),
  confidence: z.number(),
  expirationTime: timeSchema,
  since: timeSchema,
  source: directSourceSchema,
  operationId: operationIdSchema,
});

/**
 * A row that an operation asked for. Type and value are in their normal form; times are RFC 3339: it ends at `expirationTime` whatever is
 * renewed, `since` is when it was asked for.
 */
export type DirectRow = Immutable<z.output<typeof directRowSchema>>;

/** The row as a tenant's plan takes it. `rbacGroupNames` are the tenant's own, as for every row of ours. */
export function toWantedDirect(row: DirectRow, rbacGroupNames: readonly string[]): WantedRow {
  const { expirationTime, since, source, operationId, ...content } = row;
  const { recommendedActions, mitreTechniques, externalId, ...always } = content;
  const endsAtMs = parseTimeMs(expirationTime);
  return {
    ...always,
    ...(recommendedActions === undefined ? {} : { recommendedActions }),
    ...(mitreTechniques === undefined ? {} : { mitreTechniques }),
    ...(externalId === undefined ? {} : { externalId }),
    rbacGroupNames,
    owners: [directOwner],
    // Written once, until its end: nothing is left to renew.
    lifeMs: maxLifeMs(row.action),
    notAfterMs: endsAtMs,
    changesAtMs: endsAtMs,
    sinceMs: parseTimeMs(since),
    why: `${directOwner}: ${operationId}; action ${row.action} by ${asked[source]}`,
  };
}

/** Whether its time is over. */
export function isOver({ expirationTime }: DirectRow, nowMs: number): boolean {
  return parseTimeMs(expirationTime) <= nowMs;
}

const asked: Readonly<Record<DirectSource, string>> = {
  actions: 'an action',
  alerts: "an alert's response, for its evidence",
};
