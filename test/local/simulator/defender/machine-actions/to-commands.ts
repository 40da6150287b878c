import { toTime } from '../time.ts';
import { statusAt } from './course.ts';
import type { ActionRecord } from './record.ts';
import type { CommandResource, LiveResponseCommand } from './resource.ts';

/** The commands of a live response at a moment: they share its time, one after the other; the one that fails is the last. */
export function commandsAt(record: ActionRecord, nowMs: number): readonly CommandResource[] {
  const { course, outcome, commands } = record;
  const { startsMs, endsMs, workMs } = course;
  const status = statusAt(course, nowMs);
  const failedIndex = outcome.status === 'Failed' ? (outcome.failedCommand ?? 0) : Infinity;
  const shareMs = workMs / Math.min(commands.length, failedIndex + 1);
  // Ended by hand, it has done everything all the same.
  const isDone = status === 'Succeeded' || status === 'Failed';
  return commands.map((command, index) => {
    const fromMs = Math.min(endsMs, startsMs + Math.floor(index * shareMs));
    const toMs = startsMs + Math.floor((index + 1) * shareMs);
    const untilMs = isDone ? Math.min(endsMs, toMs) : toMs;
    if (index > failedIndex || fromMs > nowMs || (fromMs >= endsMs && !isDone)) return toCreated(command, index);
    const startTime = toTime(fromMs);
    if (untilMs > Math.min(nowMs, endsMs)) return { ...toCreated(command, index), startTime };
    const isFailed = index === failedIndex;
    return {
      ...{ index, startTime, endTime: toTime(untilMs), commandStatus: isFailed ? 'Failed' : 'Completed' },
      errors: isFailed ? (outcome.errors ?? ['The command failed.']) : [],
      command,
    };
  });
}

function toCreated(command: LiveResponseCommand, index: number): CommandResource {
  return { index, startTime: null, endTime: null, commandStatus: 'Created', errors: [], command };
}
