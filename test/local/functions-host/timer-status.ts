import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { TimerSchedule } from './timer-schedule.ts';

/** When a timer ran last and will run next; what Azure keeps in a blob. */
export interface TimerStatus {
  readonly lastMs: number | undefined;
  readonly nextMs: number | undefined;
  readonly updatedMs: number;
}

export interface TimerStatusStore {
  read(name: string): TimerStatus | undefined;
  write(name: string, status: TimerStatus): void;
}

/** Kept in `file` over restarts of the host, or only in memory when there is none. */
export function createTimerStatusStore(file?: string): TimerStatusStore {
  const read = (): Record<string, TimerStatus> =>
    file && existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, TimerStatus>) : {};
  const statuses = new Map(Object.entries(read()));
  return {
    read: (name) => statuses.get(name),
    write: (name, status) => {
      statuses.set(name, status);
      if (file) replaceFile(file, JSON.stringify(Object.fromEntries(statuses)));
    },
  };
}

/**
 * Whether a run was missed while the host was down: one run is then made up for, however many times fell due. A schedule that
 * was changed meanwhile misses nothing.
 */
export function missedRun({ known, nowMs, schedule }: MissedRunInput): MissedRun {
  if (!known) {
    return { isPastDue: false, status: { lastMs: undefined, nextMs: schedule.nextAfter(nowMs), updatedMs: nowMs } };
  }
  const expectedMs = schedule.nextAfter(known.lastMs ?? known.updatedMs);
  if (known.nextMs === expectedMs) return { isPastDue: expectedMs !== undefined && nowMs > expectedMs, status: known };
  const isOver = expectedMs !== undefined && nowMs > expectedMs;
  const nextMs = isOver ? schedule.nextAfter(nowMs) : expectedMs;
  return { isPastDue: false, status: { ...known, nextMs, updatedMs: nowMs } };
}

export interface MissedRunInput {
  readonly known: TimerStatus | undefined;
  readonly nowMs: number;
  readonly schedule: TimerSchedule;
}

export interface MissedRun {
  readonly isPastDue: boolean;
  readonly status: TimerStatus;
}

function replaceFile(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}
