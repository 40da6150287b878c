import type { ResponseAction } from '../../shared/contract/action.ts';
import type { BlockPlan } from '../../shared/indicators/direct/block-plan.ts';

/** An action that an alert starts. */
export interface PlannedResponse {
  /** The same however often the alert is carried: the dedupe key of the action's operation. No caller can have it: it contains a `|`. */
  readonly key: string;
  readonly action: ResponseAction;
  /** A person is asked first. */
  readonly needsApproval: boolean;
  /** What is read in Defender; the action's own mark is added when it is sent. */
  readonly comment: string;
}

/** What an alert starts. */
export interface ResponsePlan {
  readonly actions: readonly PlannedResponse[];
  /** Evidence to block in the whole tenant; `undefined` when no response asks for it. */
  readonly blocks: BlockPlan | undefined;
}
