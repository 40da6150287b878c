import { describe, expect, test } from 'vitest';
import { endUpdate, nextUpdateStep } from '../../../../functions/alert-ingest/update/next-update-step.ts';
import type {
  UpdateFacts,
  UpdateNews,
  UpdateState,
} from '../../../../functions/alert-ingest/update/next-update-step.ts';

const nowMs = Date.parse('2026-11-20T10:00:00Z');
const operationId = `op_${'a'.repeat(26)}`;
const facts: UpdateFacts = {
  ...{ operationId, update: { id: 'finding-1', status: 'Resolved', comment: 'Cleaned.' }, mode: 'Live', nowMs },
  ...{ isCancelRequested: false, isLate: false },
};
const waiting: UpdateState = { at: 'Waiting' };
const before = { status: 'New', classification: undefined, determination: undefined, assignedTo: undefined };
const sending: UpdateState = { at: 'Sending', before };
const made = { found: 'Made', alertId: 'da1_1', via: 'Defender', madeAtMs: nowMs - 60_000 } as const;
const body = { status: 'Resolved', comment: `Cleaned. [${operationId}]` } as const;
const found = (alert: Extract<UpdateNews, { news: 'Found' }>['alert'], isItsTurn = true): UpdateNews => ({
  ...{ news: 'Found', alert, isItsTurn },
});
const read = (alert: Extract<UpdateNews, { news: 'Read' }>['alert'], madeMsAgo = 60_000): UpdateNews => ({
  ...{ news: 'Read', made: { ...made, madeAtMs: nowMs - madeMsAgo }, alert },
});
const written = { status: 'Resolved', comments: [{ comment: body.comment }] };
const notFound = { outcome: 'Failed', error: { code: 'alert_not_found' } };
const shown = (path: string) => ({
  outcome: 'Done',
  result: { observed: true, request: { method: 'PATCH', path, body } },
});

const cases: readonly [name: string, UpdateState, UpdateNews, Partial<UpdateFacts>, expected: object][] = [
  ['an id that nobody knows', waiting, found({ found: 'Unknown' }), {}, notFound],
  [
    'an alert on its way',
    waiting,
    found({ found: 'OnItsWay', nextAttemptAt: '2026-11-20T10:05:00Z' }),
    {},
    { outcome: 'Later', dueAtMs: nowMs + 315_000, stage: 'Pending' },
  ],
  [
    'an alert that is due already',
    waiting,
    found({ found: 'OnItsWay', nextAttemptAt: '2026-11-20T09:00:00Z' }),
    {},
    { outcome: 'Later', dueAtMs: nowMs + 15_000 },
  ],
  ['an alert that was observed', waiting, found({ found: 'Observed' }), {}, notFound],
  [
    'an alert that was observed, in Observe',
    waiting,
    found({ found: 'Observed' }),
    { mode: 'Observe' },
    shown('/api/alerts/…'),
  ],
  ['an alert that was made', waiting, found(made), {}, { outcome: 'Read', made }],
  ['an alert that was made, in Observe', waiting, found(made), { mode: 'Observe' }, shown('/api/alerts/da1_1')],
  ['not its turn', waiting, found(made, false), {}, { outcome: 'Later', stage: 'Pending', dueAtMs: nowMs + 15_000 }],
  ['what may be sent goes on', sending, found(made, false), { mode: 'Observe' }, { outcome: 'Read', made }],
  ['an alert that is gone', waiting, read(undefined), {}, notFound],
  [
    'an alert just made, which cannot be read yet',
    waiting,
    read(undefined, 59_999),
    {},
    { outcome: 'Later', dueAtMs: nowMs + 15_000, stage: 'Pending', state: waiting },
  ],
  [
    'the same, after an update that may be there',
    sending,
    read(undefined, 1_000),
    {},
    { outcome: 'Later', state: sending },
  ],
  [
    'the same, when it is late',
    waiting,
    read(undefined, 1_000),
    { isLate: true },
    { outcome: 'Failed', error: { code: 'expired' } },
  ],
  ['an alert as it was', waiting, read({ status: 'New' }), {}, { outcome: 'Send', made, body, state: sending }],
  ['an alert that is so already', waiting, read(written), {}, { outcome: 'Done', result: { alertId: 'da1_1' } }],
  ['the answer was lost', sending, read(written), {}, { outcome: 'Done' }],
  ['the answer was lost, and it is late', sending, read(written), { isLate: true }, { outcome: 'Done' }],
  ['the answer was lost, and it is canceled', sending, read(written), { isCancelRequested: true }, { outcome: 'Done' }],
  ['it never came there', sending, read({ status: 'New' }), {}, { outcome: 'Send', body }],
  [
    'it never came there, and it is late',
    sending,
    read({ status: 'New' }),
    { isLate: true },
    { outcome: 'Failed', error: { code: 'expired' } },
  ],
  [
    'it never came there, and it is canceled',
    sending,
    read({ status: 'New' }),
    { isCancelRequested: true },
    { outcome: 'Canceled' },
  ],
  [
    'it never came there, now Observe',
    sending,
    read({ status: 'New' }),
    { mode: 'Observe' },
    shown('/api/alerts/da1_1'),
  ],
  [
    'a person was quicker, the comment is missing',
    sending,
    read({ status: 'InProgress' }),
    {},
    { outcome: 'Send', body: { comment: body.comment } },
  ],
];

describe('nextUpdateStep', () => {
  test.each(cases)('%s', (_name, state, news, more, expected) => {
    expect(nextUpdateStep(state, news, { ...facts, ...more })).toMatchObject(expected);
  });

  test('through Graph it shows Graph’s call', () => {
    const news = found({ ...made, alertId: 'x_aml', via: 'Graph' });
    expect(nextUpdateStep(waiting, news, { ...facts, mode: 'Observe' })).toMatchObject({
      result: { request: { method: 'PATCH', path: '/v1.0/security/alerts_v2/x_aml', body: { status: 'resolved' } } },
    });
  });
});

test.each([
  [waiting, {}, undefined],
  [waiting, { isCancelRequested: true }, { outcome: 'Canceled' }],
  [waiting, { isLate: true }, { outcome: 'Failed', error: { code: 'expired' } }],
  [sending, { isCancelRequested: true, isLate: true }, undefined],
] as const)('endUpdate: %j %j', (state, more, expected) => {
  const end = endUpdate(state, { ...facts, ...more });
  if (expected === undefined) expect(end).toBeUndefined();
  else expect(end).toMatchObject(expected);
});
