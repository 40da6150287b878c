import type { FinalStatus, MachineActionStatus, MachineActionType } from './resource.ts';

/** When the machine's agent takes an action up, when the action ends (epoch ms, `Infinity`: never), and how. */
export interface Course {
  readonly startsMs: number;
  readonly endsMs: number;
  readonly end: FinalStatus;
  /** How long the agent needs. */
  readonly workMs: number;
}

export interface Plan {
  readonly type: MachineActionType;
  readonly createdMs: number;
  readonly waitsFromMs: number;
  readonly isOffline: boolean;
  readonly checkInMs: number;
  readonly workMs: number;
  /** `Pending` and `InProgress`: it stays so for ever. */
  readonly status: MachineActionStatus;
}

const hourMs = 3_600_000;

/** How long an action waits for a machine that does not check in. */
export function patienceMs(type: MachineActionType): number {
  return type === 'LiveResponse' ? 2 * hourMs : 72 * hourMs;
}

/** The whole course of an action is known from its start: nothing has to happen for its state to go on. */
export function planCourse(plan: Plan): Course {
  const { status, createdMs, waitsFromMs, workMs } = plan;
  const never: Course = { startsMs: Infinity, endsMs: Infinity, end: 'Succeeded', workMs };
  if (status === 'Pending') return never;
  const givenUpMs = createdMs + patienceMs(plan.type);
  const startsMs = plan.isOffline ? Infinity : waitsFromMs + plan.checkInMs;
  if (startsMs >= givenUpMs) return { ...never, endsMs: givenUpMs, end: 'TimeOut' };
  if (status === 'InProgress') return { ...never, startsMs };
  return { startsMs, endsMs: startsMs + workMs, end: status, workMs };
}

export function statusAt({ startsMs, endsMs, end }: Course, nowMs: number): MachineActionStatus {
  if (nowMs >= endsMs) return end;
  return nowMs >= startsMs ? 'InProgress' : 'Pending';
}

/** The course of an action that is cancelled, or ended by hand, at a moment; one that ends before goes on as it was. */
export function endAt(course: Course, atMs: number, end: FinalStatus): Course {
  return course.endsMs <= atMs ? course : { ...course, endsMs: atMs, end };
}
