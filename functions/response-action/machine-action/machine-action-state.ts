import type { StoredAction } from '../../../shared/actions/action-operation.ts';
import type { Operation, OperationError } from '../../../shared/contract/operation.ts';
import type { TenantPolicy } from '../../../shared/contract/tenant.ts';
import type { DefenderMachineAction } from '../../../shared/defender/machine-action-rows.ts';
import type { CarryOutcome } from '../../../shared/work/carry.ts';
import type { FoundMachine } from '../find-action-machine.client.ts';
import type { MachineOs } from '../operating-systems.ts';
import type { MachineFacts } from '../machine-facts.ts';
import type { ActionCall } from '../to-call.ts';
import type { TurnQuestion } from './plan-turn.ts';

/** The machine of an action, once it is known. */
export interface ActionMachine {
  readonly id: string;
  readonly computerDnsName?: string;
}

/** Nothing of it is in Defender: everything is asked anew before it is sent. */
export interface Preparing {
  readonly at: 'Preparing';
  /** From then on it stays with that machine. */
  readonly machine?: ActionMachine;
  /** Since when it waits for its turn, or (a release) to be tried again. */
  readonly waitingSinceMs?: number;
  /** An intent was written and nothing came of it: something else ran on the machine, or the call was not carried out. */
  readonly turnedBack?: 'Conflict' | 'Unsent';
  /** Of a release that Defender ended otherwise and that is to be made again. */
  readonly endedId?: string;
}

/** The intent was written: Defender may have it. To be looked for by its mark before it is sent again. */
export type Sending = Omit<Preparing, 'at' | 'machine'> & { readonly at: 'Sending'; readonly machine: ActionMachine };

/** `Asked`: the intent was written. `Answered`: Defender has said what it thinks of it. */
export type CancelState = 'Asked' | 'Answered';

/** What it undoes is ours and was still pending: that is canceled in place of being undone. */
export interface CancelingOurs {
  readonly at: 'CancelingOurs';
  readonly machine: ActionMachine;
  readonly operationId: string;
  readonly machineActionId: string;
  readonly cancel: CancelState;
  /** What was done before it stands: once it is canceled, that is still to be undone. */
  readonly isHeldBesides?: boolean;
}

/** Defender has it, and says how it goes. */
export interface Following {
  readonly at: 'Following';
  readonly machine: ActionMachine;
  readonly machineActionId: string;
  readonly submittedAtMs: number;
  /** Somebody else's, that does the same. */
  readonly isJoined: boolean;
  readonly cancel?: CancelState;
}

/** Where an operation of Defender's nine stands; what its carry keeps between steps. */
export type MachineActionState = Preparing | Sending | CancelingOurs | Following;

/** What was found out in this step, for the action that is about to be sent. Never kept: it would be old by the next one. */
export interface Prepared {
  readonly from: Preparing;
  readonly machine: MachineFacts & MachineOs & { readonly computerDnsName?: string | undefined };
  /** Of the file to quarantine. */
  readonly sha1?: string;
}

/** What Defender said to a call that acts. */
export type SendNews =
  | { readonly news: 'Sent'; readonly action: DefenderMachineAction }
  | { readonly news: 'Refused'; readonly error: OperationError; readonly status: number | undefined }
  | { readonly news: 'Throttled'; readonly retryAfterMs: number };

/** What became known. */
export type MachineActionNews =
  /** A step begins: nothing was asked yet. */
  | { readonly news: 'Begin'; readonly state: MachineActionState }
  | { readonly news: 'Machine'; readonly state: Preparing; readonly found: FoundMachine }
  | { readonly news: 'File'; readonly prepared: Prepared; readonly sha1: string | undefined }
  | {
      readonly news: 'Actions';
      readonly prepared: Prepared;
      readonly actions: readonly DefenderMachineAction[];
      readonly releases: NonNullable<TurnQuestion['releases']>;
    }
  | { readonly news: 'Looked'; readonly state: Sending; readonly actions: readonly DefenderMachineAction[] }
  | ({ readonly state: Sending } & SendNews)
  /** The action that is followed or canceled; `undefined`: Defender knows it no more. */
  | {
      readonly news: 'Action';
      readonly state: CancelingOurs | Following;
      readonly action: DefenderMachineAction | undefined;
    };

/** What is known besides. */
export interface MachineActionFacts {
  readonly operation: Pick<Operation, 'id' | 'result' | 'upstream'>;
  readonly action: StoredAction;
  readonly policy: TenantPolicy;
  /** Our application: what it asked Defender for bears its id. */
  readonly clientId: string;
  readonly approvedBy: string | undefined;
  readonly isCancelRequested: boolean;
  readonly isLate: boolean;
  readonly nowMs: number;
}

/** What to do next: ask Defender and decide again, act after writing the intent, or end the step. */
export type MachineActionStep =
  | { readonly do: 'AskMachine'; readonly state: Preparing }
  | { readonly do: 'AskFile' | 'AskActions'; readonly prepared: Prepared }
  | { readonly do: 'Look'; readonly state: Sending }
  | { readonly do: 'AskAction'; readonly state: CancelingOurs | Following }
  | { readonly do: 'Send'; readonly prepared: Prepared; readonly state: Sending; readonly call: ActionCall }
  | { readonly do: 'Cancel'; readonly state: CancelingOurs | Following }
  /** It holds: its release is put down before anybody hears so. */
  | { readonly do: 'Release'; readonly state: Following; readonly afterMs: number; readonly outcome: CarryOutcome }
  | { readonly do: 'End'; readonly outcome: CarryOutcome };
