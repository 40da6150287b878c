import { describe, expect, test } from 'vitest';
import { remainingUpdate } from '../../../shared/alerts/remaining-update.ts';
import type { HeldAlert, HeldTriage } from '../../../shared/alerts/remaining-update.ts';
import { toAlertUpdate } from '../../../shared/alerts/to-alert-update.ts';
import type { AlertTriage } from '../../../shared/alerts/to-alert-update.ts';
import { toNewerName, toOlderName } from '../../../shared/defender/alert-update.ts';
import type { AlertUpdateBody } from '../../../shared/defender/alert-update.ts';

const operationId = 'op_4k7d2mqn3xzrj5tvwy6bcafhge';
const mark = `[${operationId}]`;

describe('toAlertUpdate', () => {
  test('names every field as Defender does, and marks the comment', () => {
    const triage: AlertTriage = {
      status: 'Resolved',
      classification: 'TruePositive',
      determination: 'Malware',
      assignedTo: 'ana@example.test',
      comment: 'Cleaned.',
    };
    expect(toAlertUpdate('da1_-1', triage, operationId)).toEqual({
      method: 'PATCH',
      path: '/api/alerts/da1_-1',
      body: { ...triage, comment: `Cleaned. ${mark}` },
    });
  });

  test.each([
    [{ status: 'New' }, { status: 'New' }],
    [{ comment: 'Seen' }, { comment: `Seen ${mark}` }],
    [{ assignedTo: 'ana', comment: undefined }, { assignedTo: 'ana' }],
  ] as const)('sends of %j nothing else', (triage, body) => {
    expect(toAlertUpdate('da1_1', triage, operationId).body).toEqual(body);
  });

  test.each([
    ['NotMalicious', 'Clean'],
    ['ConfirmedActivity', 'ConfirmedUserActivity'],
    ['Clean', 'Clean'],
    ['Malware', 'Malware'],
  ] as const)('sends %s as %s, the older of two spellings', (determination, sent) => {
    expect(toAlertUpdate('da1_1', { determination }, operationId).body).toEqual({ determination: sent });
    expect(toOlderName(determination)).toBe(sent);
  });

  test.each([
    ['Clean', 'NotMalicious'],
    ['ConfirmedUserActivity', 'ConfirmedActivity'],
    ['Malware', undefined],
  ] as const)('knows the newer spelling of %s: %s', (older, newer) => {
    expect(toNewerName(older)).toBe(newer);
  });

  test('an id of any text stays one segment, and one that is not known shows as such', () => {
    expect(toAlertUpdate('../x?y=1#', { status: 'New' }, operationId).path).toBe('/api/alerts/..%2Fx%3Fy%3D1%23');
    expect(toAlertUpdate(undefined, { comment: 'a' }, undefined)).toEqual({
      ...{ method: 'PATCH', path: '/api/alerts/…', body: { comment: 'a [op_…]' } },
    });
  });
});

describe('remainingUpdate', () => {
  const fresh: HeldTriage = { status: 'New' };
  const all: AlertUpdateBody = {
    ...{ status: 'Resolved', classification: 'FalsePositive', determination: 'Clean', assignedTo: 'ana' },
    comment: `Seen ${mark}`,
  };
  const { comment, ...triage } = all;
  const ours = { comments: [{ comment }] };
  const cases: readonly [string, AlertUpdateBody, HeldAlert, HeldTriage | undefined, AlertUpdateBody | undefined][] = [
    ['everything, the first time', all, fresh, undefined, all],
    [
      'what is so already is left out',
      { status: 'New', comment: `x ${mark}` },
      fresh,
      undefined,
      { comment: `x ${mark}` },
    ],
    ['nothing to do', { status: 'New' }, fresh, undefined, undefined],
    [
      'over what somebody wrote earlier',
      { status: 'Resolved' },
      { status: 'InProgress' },
      undefined,
      { status: 'Resolved' },
    ],
    ['everything was sent', all, { ...triage, ...ours }, fresh, undefined],
    ['nothing was sent', all, fresh, fresh, all],
    ['a comment of ours is not added twice', { comment: `x ${mark}` }, { ...fresh, ...ours }, fresh, undefined],
    [
      'a comment of others is none of ours',
      { comment: `x ${mark}` },
      { comments: [{ comment: 'x' }] },
      fresh,
      { comment: `x ${mark}` },
    ],
    ['a comment without text', { comment: `x ${mark}` }, { comments: [{}] }, fresh, { comment: `x ${mark}` }],
    ['a person changed it since', { status: 'Resolved' }, { status: 'InProgress' }, { status: 'New' }, undefined],
    [
      'a person changed the other field',
      { status: 'Resolved', assignedTo: 'ana' },
      { status: 'New', assignedTo: 'bob' },
      fresh,
      { status: 'Resolved' },
    ],
    [
      'a determination goes with its classification',
      { classification: 'FalsePositive', determination: 'Clean' },
      { classification: 'FalsePositive' },
      undefined,
      { classification: 'FalsePositive', determination: 'Clean' },
    ],
    [
      'a person classified it since',
      { classification: 'FalsePositive', determination: 'Clean' },
      { classification: 'TruePositive', determination: 'Malware' },
      {},
      undefined,
    ],
    ['two spellings are one', { determination: 'Clean' }, { determination: 'NotMalicious' }, undefined, undefined],
  ];

  test.each(cases)('%s', (_name, update, alert, before, expected) => {
    expect(remainingUpdate(update, alert, { operationId, before })).toEqual(expected);
  });
});
