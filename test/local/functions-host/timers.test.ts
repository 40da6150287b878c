import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { freshFolder } from '../../builders/folder.ts';
import { createTimerStatusStore } from './timer-status.ts';
import { createTimerWorld, timesOf } from './timer-world.ts';

const never = '0001-01-01T00:00:00+00:00';

describe('timers', () => {
  const folder = freshFolder();

  test('fire on schedule, with the record of the last run', async () => {
    const world = createTimerWorld({ schedule: '%SCHEDULE%' });
    await world.clock.advance(150_000);
    expect(world.fired).toMatchObject([
      {
        at: '2026-11-20T10:01:00.000Z',
        status: { Last: never, Next: '2026-11-20T10:01:00.000+00:00' },
        isPastDue: false,
      },
      {
        at: '2026-11-20T10:02:00.000Z',
        status: { Last: '2026-11-20T10:01:00.000+00:00', Next: '2026-11-20T10:02:00.000+00:00' },
      },
      { at: '2026-11-20T10:03:00.000Z' },
    ]);
  });

  test('fire by a time span from the last run', async () => {
    const world = createTimerWorld({ schedule: '00:00:40' });
    await world.clock.advance(90_000);
    expect(timesOf(world)).toEqual(['10:01:10', '10:01:50']);
    expect(world.fired[0]?.status).toBeNull();
  });

  test.each([
    ['oftener than once a minute', { schedule: '*/30 * * * * *' }],
    ['without useMonitor', { schedule: '0 * * * * *', trigger: { useMonitor: false } }],
  ])('know nothing of the last run %s', async (_, options) => {
    const world = createTimerWorld(options);
    await world.clock.advance(60_000);
    expect(world.fired[0]?.status).toBeNull();
  });

  test('never overlap: a long run delays the next, which comes at once; what else fell due is not made up for', async () => {
    const world = createTimerWorld({ schedule: '0 * * * * *', isSlow: true });
    await world.clock.advance(200_000); // 10:03:50, still in the run of 10:01
    expect(timesOf(world)).toEqual(['10:01:00']);
    world.finish();
    await world.clock.advance(0);
    expect(timesOf(world)).toEqual(['10:01:00', '10:03:50']);
    expect(world.fired[1]?.isPastDue).toBe(false);
    world.finish();
    await world.clock.advance(10_000);
    expect(timesOf(world)).toEqual(['10:01:00', '10:03:50', '10:04:00']);
  });

  test('a clock that fires a little early does not fire the same time twice', async () => {
    const world = createTimerWorld({ schedule: '0 * * * * *' });
    world.clock.fireEarlyBy(5);
    await world.clock.advance(60_000);
    expect(world.fired.map(({ at }) => at)).toEqual(['2026-11-20T10:00:59.995Z']);
    await world.clock.advance(60_000);
    expect(world.fired).toHaveLength(2);
  });

  test('run once at start for what was missed meanwhile, however often', async () => {
    const file = join(folder, 'state', 'missed.json');
    const before = createTimerWorld({ schedule: '0 * * * * *', statuses: createTimerStatusStore(file) });
    await before.clock.advance(30_000);
    before.timers.stop();
    const statuses = createTimerStatusStore(file);
    const after = createTimerWorld({ schedule: '0 * * * * *', statuses, startedAt: '2026-11-20T12:00:30Z' });
    await after.clock.advance(30_000);
    expect(after.fired).toMatchObject([
      {
        at: '2026-11-20T12:00:30.000Z',
        isPastDue: true,
        status: { Last: '2026-11-20T10:01:00.000+00:00', Next: '2026-11-20T10:02:00.000+00:00' },
      },
      { at: '2026-11-20T12:01:00.000Z', isPastDue: false },
    ]);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toHaveProperty('tick.nextMs', Date.parse('2026-11-20T12:02:00Z'));
  });

  test.each([
    ['a start in time', '0 * * * * *', '2026-11-20T10:01:20Z', '10:02:00'],
    ['another schedule, whose time has passed', '0 30 * * * *', '2026-11-20T10:40:00Z', '11:30:00'],
    ['another schedule, whose time is to come', '0 30 * * * *', '2026-11-20T10:20:00Z', '10:30:00'],
  ])('miss nothing with %s', async (_, schedule, startedAt, expected) => {
    const statuses = createTimerStatusStore();
    const before = createTimerWorld({ schedule: '0 * * * * *', statuses });
    await before.clock.advance(30_000);
    before.timers.stop();
    const after = createTimerWorld({ schedule, statuses, startedAt });
    await after.clock.advance(60 * 60_000);
    expect(after.fired[0]).toMatchObject({ isPastDue: false });
    expect(timesOf(after)[0]).toBe(expected);
  });

  test('with runOnStartup run at start too', async () => {
    const world = createTimerWorld({ schedule: '0 * * * * *', trigger: { runOnStartup: true } });
    await world.clock.advance(30_000);
    expect(world.fired).toMatchObject([
      { at: '2026-11-20T10:00:30.000Z', isPastDue: false },
      { at: '2026-11-20T10:01:00.000Z' },
    ]);
  });

  test('do not fire when disabled or stopped, also not after a run that was going on', async () => {
    const disabled = createTimerWorld({ schedule: '0 * * * * *', disabled: 'tick' });
    await disabled.clock.advance(120_000);
    expect(disabled.fired).toEqual([]);
    const stopped = createTimerWorld({ schedule: '0 * * * * *', isSlow: true });
    await stopped.clock.advance(30_000);
    stopped.timers.stop();
    stopped.finish();
    await stopped.clock.advance(120_000);
    expect(stopped.fired).toHaveLength(1);
  });

  test('with a schedule that never comes do not fire', async () => {
    const world = createTimerWorld({ schedule: '0 0 0 30 2 *' });
    await world.clock.advance(10_000);
    expect(world.fired).toEqual([]);
  });

  test('by hand get what is recorded, and are never past due', async () => {
    const world = createTimerWorld({ schedule: '0 * * * * *' });
    await world.clock.advance(30_000);
    expect(JSON.parse(world.timers.inputByHand('tick')?.json ?? '')).toEqual({
      Schedule: { AdjustForDST: true },
      ScheduleStatus: {
        Last: '2026-11-20T10:01:00.000+00:00',
        Next: '2026-11-20T10:02:00.000+00:00',
        LastUpdated: '2026-11-20T10:01:00.000+00:00',
      },
      IsPastDue: false,
    });
  });

  test('with an unusable schedule are left out, and said to be', () => {
    const world = createTimerWorld({ schedule: '%NO_SUCH%' });
    expect(world.logged).toEqual([
      "The 'tick' function is in error: Error indexing method 'Functions.tick'. '%NO_SUCH%' does not resolve to a value.",
    ]);
    expect(world.timers.inputByHand('tick')).toBeUndefined();
  });
});
