import { describe, expect, test } from 'vitest';
import type { OperationChange } from '../../../shared/callbacks/callback-event.ts';
import { toCallbackEvents } from '../../../shared/callbacks/callback-event.ts';
import { callbackEventSchema } from '../../../shared/contract/callback-event.ts';
import type { Operation } from '../../../shared/contract/operation.ts';

const tenantId = '6f1c0000-0000-4000-8000-00000000a001';
const id = 'op_4k7d2mqn3xzrj5tvwy6bcafhge';
const machineId = 'a'.repeat(40);
const publicUrl = 'https://app.contoso.example';
const url = `${publicUrl}/api/v1/tenants/${tenantId}/operations/${id}`;

function operation(change: Partial<Operation>): Operation {
  return {
    ...{ id, kind: 'Action', status: 'Running', version: 5, tenantId, callerId: 'soar', attempts: 1 },
    ...{ createdAt: '2026-11-20T10:00:09Z', lastUpdatedAt: '2026-11-20T10:02:10Z' },
    ...change,
  };
}

/** The events of a change, each one proved to be what the contract says. */
function events(
  before: Partial<Operation> | undefined,
  after: Partial<Operation>,
  more: Partial<OperationChange> = {},
) {
  const kind = after.kind ?? 'Action';
  const change = {
    ...(before === undefined ? {} : { before: operation({ kind, ...before, version: 5 }) }),
    after: operation({ ...after, version: 6 }),
    publicUrl,
    ...more,
  };
  const made = toCallbackEvents(change);
  for (const event of made) expect(callbackEventSchema.parse(event)).toEqual(event);
  return made;
}

const isolate = { action: 'Isolate', machine: { id: machineId, computerDnsName: 'pc1.example.test' } };

test('the example of the contract', () => {
  expect(events({ result: isolate }, { status: 'Succeeded', result: isolate })).toEqual([
    {
      type: 'action.succeeded',
      timestamp: '2026-11-20T10:02:10Z',
      tenantId,
      data: { operationId: id, status: 'Succeeded', version: 6, url, action: 'Isolate', machineId },
    },
  ]);
});

describe('actions', () => {
  const error = { code: 'machine_not_found', message: 'No machine is called pc9.' } as const;
  test.each([
    ['action.failed', 'Failed', { code: 'machine_not_found' }],
    ['action.canceled', 'Canceled', { code: 'machine_not_found' }],
  ] as const)('%s, without a machine that was never found', (type, status, data) => {
    const [event, ...others] = events({}, { status, error, result: { action: 'Isolate' } });
    expect(others).toEqual([]);
    expect(event).toMatchObject({ type, data: { ...data, action: 'Isolate', status } });
    expect(event?.data).not.toHaveProperty('machineId');
  });

  test('canceled because somebody asked: no code', () => {
    const [event] = events({}, { status: 'Canceled', result: isolate });
    expect(event?.data).not.toHaveProperty('code');
  });

  const submitByMs = Date.parse('2026-11-20T14:00:00Z');
  test('held once, when it starts to wait', () => {
    const waiting = { stage: 'AwaitingApproval', result: isolate } as const;
    expect(events({ result: isolate }, waiting, { submitByMs })).toMatchObject([
      { type: 'action.held', data: { action: 'Isolate', status: 'Running', expiresAt: '2026-11-20T14:00:00Z' } },
    ]);
    expect(events(undefined, { ...waiting, status: 'NotStarted' }, { submitByMs })).toHaveLength(1);
    expect(events(waiting, waiting, { submitByMs })).toEqual([]);
    expect(events(waiting, { status: 'Running', stage: 'Submitting', result: isolate }, { submitByMs })).toEqual([]);
  });
});

describe('alerts', () => {
  const kind = 'Alert' as const;
  const reference = 'finding-8841';
  const result = { alertId: 'da639_1', merged: true };

  test('created when it is in Defender, whether or not the operation goes on', () => {
    for (const status of ['Running', 'Succeeded'] as const) {
      expect(events({ kind }, { kind, status, result }, { reference })).toMatchObject([
        { type: 'alert.created', data: { id: reference, alertId: 'da639_1', merged: true, status } },
      ]);
    }
    expect(events({ kind, result }, { kind, status: 'Succeeded', result }, { reference })).toEqual([]);
  });

  test('merged is said even when it is not', () => {
    const made = events({ kind }, { kind, result: { alertId: 'da639_1' } }, { reference });
    expect(made).toMatchObject([{ data: { merged: false } }]);
  });

  test('created, and failed in the same step', () => {
    const error = { code: 'defender_refused', message: 'No.' } as const;
    const made = events({ kind }, { kind, status: 'Failed', result, error }, { reference });
    expect(made.map(({ type }) => type)).toEqual(['alert.created', 'alert.failed']);
  });

  test('what was only observed is not in Defender', () => {
    const observed = { observed: true, request: { method: 'POST', path: '/api/alerts/createAlertByReference' } };
    expect(events({ kind }, { kind, status: 'Succeeded', result: observed }, { reference })).toEqual([]);
  });

  test.each(['Alert', 'AlertUpdate'] as const)('%s failed', (kind) => {
    const error = { code: 'event_not_found', message: 'No event fits.' } as const;
    expect(events({ kind }, { kind, status: 'Failed', error }, { reference })).toMatchObject([
      { type: 'alert.failed', data: { id: reference, code: 'event_not_found', status: 'Failed' } },
    ]);
  });

  test('an update written to Defender is no change made in Defender', () => {
    const kind = 'AlertUpdate';
    expect(events({ kind }, { kind, status: 'Succeeded', result }, { reference })).toEqual([]);
  });
});

describe('indicators', () => {
  const kind = 'IndicatorSync' as const;
  test('a run that changed something, with all its counts', () => {
    const made = events({ kind }, { kind, status: 'Succeeded', result: { added: 12, removed: 3, cut: 1 } });
    const counts = { added: 12, changed: 0, renewed: 0, removed: 3, rejected: 0, cut: 1 };
    expect(made).toMatchObject([{ type: 'indicators.synced', data: counts }]);
  });

  test.each([
    ['nothing changed', { status: 'Succeeded', result: { added: 0, rejected: 4, cut: 2 } }],
    ['no counts', { status: 'Succeeded' }],
    ['only observed', { status: 'Succeeded', result: { observed: true, added: 12 } }],
    ['still running', { status: 'Running', result: { added: 12 } }],
  ] as const)('not when %s', (_, after) => {
    expect(events({ kind }, { kind, ...after })).toEqual([]);
  });

  test('a run that failed half way', () => {
    const error = { code: 'attempts_exhausted', message: 'Given up.' } as const;
    const made = events({ kind }, { kind, status: 'Failed', error, result: { added: 500 } });
    expect(made).toMatchObject([{ type: 'indicators.synced', data: { status: 'Failed', added: 500 } }]);
  });
});

describe('tenants', () => {
  const kind = 'TenantRemoval' as const;
  test.each([
    ['all of ours is out', { status: 'Succeeded', result: { removed: 812, left: 0 } }, ['tenant.removed']],
    ['some stays', { status: 'Failed', error: { code: 'indicators_left', message: '3 stay.' } }, ['tenant.removed']],
    ['it did not come to an end', { status: 'Failed', error: { code: 'attempts_exhausted', message: '' } }, []],
    ['canceled', { status: 'Canceled' }, []],
  ] as const)('%s', (_, after, types) => {
    expect(events({ kind }, { kind, ...after }).map(({ type }) => type)).toEqual(types);
  });
});

test.each(['Alert', 'AlertUpdate', 'Action', 'IndicatorSync', 'TenantRemoval'] as const)(
  '%s: an end is told once, what comes after it is not news',
  (kind) => {
    const error = { code: 'indicators_left', message: '' } as const;
    const ended = { kind, status: 'Failed', error, result: { action: 'Isolate', alertId: 'da1', added: 1 } } as const;
    const running = { ...ended, status: 'Running' } as const;
    const more = { reference: 'finding-1' };
    expect(events(running, ended, more)).toHaveLength(1);
    expect(events(ended, ended, more)).toEqual([]);
    expect(events(ended, running, more)).toEqual([]);
  },
);
