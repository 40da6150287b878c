import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toTime } from '../../../../shared/contract/primitives.ts';
import {
  blocked,
  isForgotten,
  proposed,
  settled,
  takenBack,
} from '../../../../shared/indicators/direct/direct-record.ts';
import type { DirectRecord, Proposal } from '../../../../shared/indicators/direct/direct-record.ts';
import type { DirectRow } from '../../../../shared/indicators/direct/direct-row.ts';

const identity = { indicatorType: 'DomainName', indicatorValue: 'bad.example' } as const;
const idOf = (letter: string) => `op_${letter.repeat(26)}`;

function row(letter: string, more: Partial<DirectRow> = {}): DirectRow {
  return {
    ...identity,
    ...{ action: 'Block', severity: 'High', title: 't', description: 'd', generateAlert: true, confidence: 100 },
    ...{ expirationTime: '2026-12-20T10:00:00Z', since: '2026-11-20T10:00:00Z', source: 'actions' },
    operationId: idOf(letter),
    ...more,
  };
}

/** Operations are named by letters, a later letter asks later. */
function ask(letter: string, wanted: DirectRow | undefined = row(letter)): Proposal {
  const askedAt = toTime(Date.parse('2026-11-20T10:00:00Z') + letter.charCodeAt(0));
  const proposal = { source: 'actions', ...identity, operationId: idOf(letter), askedAt } as const;
  return wanted === undefined ? proposal : { ...proposal, row: wanted };
}

const removal = (letter: string): Proposal => {
  const { row: _row, ...proposal } = ask(letter);
  return proposal;
};

const held = (record: DirectRecord | undefined) => record?.row?.operationId;

describe('what was asked for about a value', () => {
  test('holds at once, and after its operation went through', () => {
    const asked = proposed(undefined, ask('a'));
    expect(held(asked)).toBe(idOf('a'));
    expect(settled(asked, idOf('a'))).toEqual({ ...asked, open: undefined });
  });

  test('is forgotten when its operation fails, and what was settled before holds again', () => {
    const asked = proposed(undefined, ask('a'));
    expect(takenBack(asked, idOf('a'))).toBeUndefined();
    const kept = settled(asked, idOf('a'));
    expect(held(takenBack(proposed(kept, ask('b')), idOf('b')))).toBe(idOf('a'));
  });

  test('of two that nobody has settled, the later one; when it fails, neither', () => {
    const both = proposed(proposed(undefined, ask('a')), ask('b'));
    expect(held(both)).toBe(idOf('b'));
    expect(takenBack(both, idOf('b'))).toBeUndefined();
  });

  test('is not undone by who asked before, however late that one comes', () => {
    const later = proposed(undefined, ask('b'));
    expect(proposed(later, ask('a'))).toBe(later);
    expect(settled(later, idOf('a'))).toBe(later);
    expect(takenBack(later, idOf('a'))).toBe(later);
  });

  test('a removal leaves nothing when it went through, and everything when it failed', () => {
    const kept = settled(proposed(undefined, ask('a')), idOf('a'));
    const asked = proposed(kept, removal('b'));
    expect(held(asked)).toBeUndefined();
    expect(settled(asked, idOf('b'))).toBeUndefined();
    expect(held(takenBack(asked, idOf('b')))).toBe(idOf('a'));
  });

  test('is forgotten when its time is over, unless an operation has it in hand', () => {
    const asked = proposed(undefined, ask('a'));
    const endMs = Date.parse('2026-12-20T10:00:00Z');
    expect(isForgotten(asked, endMs)).toBe(false);
    expect(isForgotten(settled(asked, idOf('a'))!, endMs)).toBe(true);
    expect(isForgotten(settled(asked, idOf('a'))!, endMs - 1)).toBe(false);
  });

  test('every step may be repeated', () => {
    const steps = fc.array(
      fc.record({
        letter: fc.constantFrom('a', 'b', 'c'),
        step: fc.constantFrom('ask', 'remove', 'settle', 'take back'),
      }),
    );
    const apply = (record: DirectRecord | undefined, { letter, step }: { letter: string; step: string }) => {
      if (step === 'ask') return proposed(record, ask(letter));
      if (step === 'remove') return proposed(record, removal(letter));
      return step === 'settle' ? settled(record, idOf(letter)) : takenBack(record, idOf(letter));
    };
    fc.assert(
      fc.property(steps, fc.constantFrom('ask', 'remove', 'settle', 'take back'), (before, step) => {
        const record = before.reduce<DirectRecord | undefined>(apply, undefined);
        const once = apply(record, { letter: 'c', step });
        // Settled and taken back is the end of an operation: it does not ask again.
        if (step === 'ask' || step === 'remove') expect(apply(once, { letter: 'c', step })).toBe(once);
        else expect(apply(once, { letter: 'c', step })).toEqual(once);
      }),
    );
  });
});

describe('what blocks evidence', () => {
  const until = (letter: string, expirationTime: string) => row(letter, { source: 'alerts', expirationTime });

  test.each([
    ['nothing was there', undefined, until('a', '2026-12-01T00:00:00Z'), 'a'],
    ['another alert wants it longer', until('a', '2026-12-01T00:00:00Z'), until('b', '2026-12-02T00:00:00Z'), 'b'],
    ['another alert wants it less long', until('a', '2026-12-02T00:00:00Z'), until('b', '2026-12-01T00:00:00Z'), 'a'],
  ])('%s', (_name, before, next, holder) => {
    const current = before && blocked(undefined, before);
    expect(held(blocked(current, next))).toBe(idOf(holder));
  });

  test('the same alert asks again, later: nothing changes', () => {
    const once = blocked(undefined, until('a', '2026-12-01T00:00:00Z'));
    expect(blocked(once, until('a', '2026-12-02T00:00:00Z'))).toBe(once);
  });
});
