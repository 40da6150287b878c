import { describe, expect, it } from 'vitest';
import {
  fromAlertState,
  lookAtAlert,
  toAlertChange,
  toAlertState,
} from '../../../../functions/response-action/change/alert-action.ts';
import type { AlertChange } from '../../../../functions/response-action/change/alert-action.ts';
import { defenderAlertSchema } from '../../../../shared/defender/alerts.client.ts';

import { pc1 } from '../../../builders/response-action.ts';

const alertId = 'da639_1';
const ana = 'ana@example.test';
const resolve = {
  ...{ action: 'UpdateAlert', alertId, comment: 'Case 17: cleaned' },
  ...{ status: 'Resolved', classification: 'TruePositive', determination: 'Malware', assignedTo: ana },
} as const satisfies AlertChange;

describe('what an alert still needs', () => {
  const held = (over: object = {}) => defenderAlertSchema.parse({ id: alertId, status: 'New', ...over });
  const operationId = 'op_aaaaaaaaaaaaaaaaaaaaaaaaaa';
  const writer = { via: 'Defender', operationId } as const;

  it.each([
    ['everything', held(), {}, ['status', 'classification', 'determination', 'assignedTo', 'comment']],
    [
      'what it has not',
      held({ status: 'Resolved', assignedTo: ana }),
      {},
      ['classification', 'determination', 'comment'],
    ],
    [
      'what nobody changed since',
      held({ status: 'InProgress' }),
      { before: { status: 'New' } },
      ['classification', 'determination', 'assignedTo', 'comment'],
    ],
  ])('%s', (_case, alert, more, names) => {
    const { isReached, body } = lookAtAlert(resolve, alert, { ...writer, ...more });
    expect([isReached, Object.keys(body)]).toEqual([false, names]);
  });

  it('nothing where our comment is', () => {
    const comments = [{ comment: `Case 17: cleaned [${operationId}]` }];
    expect(lookAtAlert(resolve, held({ comments }), writer).isReached).toBe(true);
    expect(
      lookAtAlert(resolve, held({ comments }), { ...writer, operationId: `${operationId.slice(0, -1)}b` }).isReached,
    ).toBe(false);
    expect(lookAtAlert(resolve, held({ comments }), { ...writer, operationId: undefined }).isReached).toBe(false);
  });

  it('sends the older spelling', () => {
    const clean: AlertChange = {
      action: 'UpdateAlert',
      alertId,
      comment: 'c',
      classification: 'FalsePositive',
      determination: 'NotMalicious',
    };
    expect(lookAtAlert(clean, held(), writer).body).toMatchObject({ determination: 'Clean' });
  });

  it('keeps what was before', () => {
    expect(fromAlertState(undefined)).toBeUndefined();
    const kept = JSON.parse(JSON.stringify(toAlertState(held({ assignedTo: ana })))) as unknown;
    expect(fromAlertState(kept)).toEqual({ status: 'New', assignedTo: ana });
  });

  it('is no question of other actions', () => {
    expect(() => toAlertChange({ action: 'Unisolate', machine: { id: pc1.id }, comment: 'c' })).toThrow('Unisolate');
  });
});
