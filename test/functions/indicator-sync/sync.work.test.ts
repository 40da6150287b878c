import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { minuteMs } from '../../builders/work.ts';
import { names, syncOnce } from '../../builders/indicator-sync.ts';
import { startMicrosoft } from '../../builders/microsoft.ts';
import { setUpIndicatorSync } from '../../builders/sync-world.ts';
import type { Simulator } from '../../local/simulator/simulator.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startMicrosoft();
});
afterAll(() => simulator.stop());

describe('calls to Defender', () => {
  it('are 32 for a first 15,000, none when nothing changed, and 3 for 1 %', async () => {
    const { instance, server, control, rows, calls } = await setUpIndicatorSync(simulator);
    await server.put('blocklist');
    await server.publish('blocklist', names(15_000));
    expect(await syncOnce(instance)).toMatchObject({
      status: 'Succeeded',
      result: { added: 15_000, changed: 0, renewed: 0, removed: 0, rejected: 0, cut: 0 },
    });
    expect(rows()).toHaveLength(15_000);
    expect(calls()).toHaveLength(32);

    control.log.clear();
    control.clock.advance(10 * minuteMs);
    await server.publish('blocklist', names(15_000).reverse());
    expect(await syncOnce(instance)).toMatchObject({ status: 'Succeeded', result: { added: 0, removed: 0 } });
    expect(calls()).toEqual([]);

    await server.publish('blocklist', names(15_000, 75));
    expect(await syncOnce(instance)).toMatchObject({ status: 'Succeeded', result: { added: 75, removed: 75 } });
    expect(calls()).toEqual([
      'GET /api/indicators?',
      'POST /api/indicators/BatchDelete',
      'POST /api/indicators/import',
    ]);
    expect(new Set(rows().map(({ indicatorValue }) => indicatorValue))).toEqual(new Set(names(15_000, 75)));
  });
});
