import type { IndicatorIdentity } from '../feed-item.ts';

/** Evidence that an alert's response blocks in the whole tenant; the guard is still to be asked. */
export interface BlockPlan {
  /** Each once, in the form in which it is stored and sent. */
  readonly blocks: readonly IndicatorIdentity[];
  /** Milliseconds. */
  readonly forMs: number;
  /** Evidence that no indicator can be made of (a private address, say), or that is the machine's own. */
  readonly leftOut: readonly LeftOutEvidence[];
}

/** What is not blocked, and why. */
export interface LeftOutEvidence {
  readonly indicatorValue: string;
  readonly why: string;
}
