import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  deadLetterKey,
  dueRange,
  fromDeadLetterKey,
  fromItemKey,
  fromSortable,
  isOperationId,
  itemKey,
  laneRange,
  operationIdOf,
  shardOf,
  toNewestFirst,
  toSortable,
} from '../../../../shared/work/rows/keys.ts';

const ms = fc.integer({ min: 0, max: 9_999_999_999_999 });

describe('operation ids', () => {
  test('have the form of the contract and stay the same for the same key', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.string(), fc.string(), (tenantId, callerId, key) => {
        const id = operationIdOf(tenantId, callerId, key);
        return isOperationId(id) && id === operationIdOf(tenantId, callerId, key);
      }),
    );
  });

  test('are what they always were: an id that changes with a release would forget every key', () => {
    expect(operationIdOf('6f1c0000-0000-4000-8000-00000000a001', 'soar', 'key-1')).toBe(
      'op_2ljaut4p3fttj3547zl47phx4r',
    );
  });

  test.each([
    ['another tenant', 't2', 'soar', 'k'],
    ['another caller', 't1', 'siem', 'k'],
    ['another key', 't1', 'soar', 'k2'],
    ['parts moved over a border', 't1', 'soa', 'rk'],
  ])('differ for %s', (_case, tenantId, callerId, key) => {
    expect(operationIdOf(tenantId, callerId, key)).not.toBe(operationIdOf('t1', 'soar', 'k'));
  });

  test.each(['', 'op_', 'op_4k7d2mqn3xzrj5tvwy6bcafhg', 'op_4k7d2mqn3xzrj5tvwy6bcafhg1', "op_'or'1'eq'1"])(
    'are told from %j',
    (text) => expect(isOperationId(text)).toBe(false),
  );
});

describe('times in keys', () => {
  test('sort like the times, newest-first ones the other way round', () => {
    fc.assert(
      fc.property(ms, ms, (a, b) => {
        expect(toSortable(a) < toSortable(b)).toBe(a < b);
        expect(toNewestFirst(a) > toNewestFirst(b)).toBe(a < b);
        expect(fromSortable(toSortable(a))).toBe(a);
      }),
    );
  });

  test('an item is in the range of what is due at its own time, not before, and always in its lane', () => {
    fc.assert(
      fc.property(ms, ms, (dueMs, nowMs) => {
        const key = itemKey('alerts', dueMs, 'op_x');
        const isIn = ({ from, to }: { from: string; to: string }): boolean => key >= from && key < to;
        expect(isIn(dueRange('alerts', nowMs))).toBe(dueMs <= nowMs);
        expect(isIn(laneRange('alerts'))).toBe(true);
        expect(isIn(laneRange('actions'))).toBe(false);
        expect(fromItemKey(key)).toEqual({ lane: 'alerts', dueMs });
      }),
    );
  });

  test('a dead letter names its time and what it is the letter of', () => {
    fc.assert(
      fc.property(ms, (failedAtMs) => {
        expect(fromDeadLetterKey(deadLetterKey(failedAtMs, 'op_x'))).toEqual({ failedAtMs, id: 'op_x' });
      }),
    );
  });
});

test('every tenant is one timer’s, and the timers share evenly', () => {
  const counts = [0, 0, 0, 0];
  for (let i = 0; i < 4000; i += 1) {
    const shard = shardOf(`tenant-${i}`, 4);
    counts[shard] = (counts[shard] ?? 0) + 1;
  }
  for (const count of counts) expect(count).toBeGreaterThan(850);
});
