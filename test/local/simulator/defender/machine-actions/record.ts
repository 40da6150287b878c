import { statusAt } from './course.ts';
import type { Course } from './course.ts';
import type { LiveResponseCommand, MachineActionStatus, MachineActionType } from './resource.ts';

/** What is asked of a machine. */
export interface ActionOrder {
  readonly type: MachineActionType;
  readonly scope: string | null;
  readonly comment: string | null;
  /** The SHA-1 of the file to quarantine. */
  readonly sha1: string | null;
  readonly commands: readonly LiveResponseCommand[];
}

export interface Requestor {
  readonly requestor: string;
  readonly requestSource: string;
}

export interface Cancellation {
  readonly requestor: string;
  readonly comment: string;
  readonly atMs: number;
}

/** How an action ends. */
export interface ActionOutcome {
  /** `Pending` and `InProgress`: it stays so for ever. */
  readonly status: MachineActionStatus;
  readonly errorHResult?: number;
  /** Who cancels it, when it ends `Cancelled`. */
  readonly cancelledBy?: string;
  /** Index of the live-response command at which it ends when it ends `Failed`; the first one when absent. */
  readonly failedCommand?: number;
  /** Of that command. */
  readonly errors?: readonly string[];
  /** By command: what a script prints, or the text of a file. */
  readonly outputs?: readonly string[];
}

/** A machine action as the service keeps it: its state at any moment follows from its course. */
export interface ActionRecord extends ActionOrder, Requestor {
  readonly id: string;
  readonly machineId: string;
  readonly computerDnsName: string | null;
  readonly createdMs: number;
  /** Since when the agent can be reached: the creation, or the moment the machine came back. */
  readonly waitsFromMs: number;
  readonly outcome: ActionOutcome;
  readonly course: Course;
  readonly cancellation: Cancellation | null;
}

/** Somebody cancels it by and by, when that is how it ends. */
export function plannedCancellation({ cancelledBy }: ActionOutcome, { end, endsMs }: Course): Cancellation | null {
  const requestor = cancelledBy ?? 'ana@example.test';
  return end === 'Cancelled' ? { requestor, comment: 'Not needed', atMs: endsMs } : null;
}

export function isRunning({ course }: Pick<ActionRecord, 'course'>, nowMs: number): boolean {
  return ['Pending', 'InProgress'].includes(statusAt(course, nowMs));
}
