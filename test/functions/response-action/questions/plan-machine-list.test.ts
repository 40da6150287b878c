import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { machinePageOf, machinesThatFit } from '../../../../functions/response-action/questions/plan-machine-list.ts';
import { defenderMachineRecordSchema } from '../../../../shared/defender/machine-rows.ts';
import type { DefenderMachineRecord } from '../../../../shared/defender/machine-rows.ts';

function toRecord(id: number, lastSeen: string | undefined): DefenderMachineRecord {
  return defenderMachineRecordSchema.parse({ id: id.toString(16).padStart(40, '0'), lastSeen });
}

const times = fc.constantFrom(
  undefined,
  'no time',
  '2026-11-20T08:00:00Z',
  '2026-11-20T08:00:00.1234567Z',
  '2026-11-21T00:00:00Z',
);
const lists = fc
  .uniqueArray(fc.tuple(fc.nat({ max: 500 }), times), { selector: ([id]) => id, maxLength: 40 })
  .map((pairs) => pairs.map(([id, time]) => toRecord(id, time)));

describe('machinePageOf', () => {
  it('page by page, every machine is shown once, in the order of the list', () => {
    fc.assert(
      fc.property(lists, fc.integer({ min: 1, max: 10 }), (records, limit) => {
        const machines = machinesThatFit({}, [{ filter: 'All', records }], []);
        expect(machines.length).toBe(records.length);
        const shown: DefenderMachineRecord[] = [];
        for (let after: string | undefined; ;) {
          const page = machinePageOf(machines, { limit, ...(after === undefined ? {} : { after }) });
          expect(page?.items.length).toBeLessThanOrEqual(limit);
          shown.push(...(page?.items ?? []));
          after = page?.next;
          if (after === undefined) break;
        }
        expect(shown).toEqual(machines);
      }),
    );
  });

  it('a cursor of another list is none', () => {
    expect(machinePageOf([], { limit: 1, after: '17' })).toBeUndefined();
  });
});
