import type { DefenderIndicatorSubmission } from '../../defender/indicator-rows.ts';
import type { PlannedWrite } from './sync-plan.ts';

/** The row in Microsoft's words. */
export function toSubmission({
  row,
  expirationTime,
}: Pick<PlannedWrite, 'row' | 'expirationTime'>): DefenderIndicatorSubmission {
  const { indicatorType, indicatorValue, action, severity, title, description, generateAlert, rbacGroupNames } = row;
  return {
    ...{ indicatorType, indicatorValue, action, severity, title, description, generateAlert, expirationTime },
    ...(row.recommendedActions === undefined ? {} : { recommendedActions: row.recommendedActions }),
    ...(row.mitreTechniques === undefined ? {} : { mitreTechniques: row.mitreTechniques }),
    ...(row.externalId === undefined ? {} : { externalId: row.externalId }),
    ...(rbacGroupNames.length === 0 ? {} : { rbacGroupNames }),
  };
}
