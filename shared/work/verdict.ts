import type { OperationError, OperationErrorCode } from '../contract/operation.ts';
import type { Progress } from './carry.ts';

/** What becomes of the operation after a step; `attempts` are those that count from now on. */
export type Verdict =
  | {
      readonly to: 'Succeeded' | 'Failed' | 'Canceled';
      readonly attempts: number;
      readonly progress: Progress;
      readonly error?: OperationError;
    }
  | {
      readonly to: 'Later';
      readonly attempts: number;
      readonly progress: Progress;
      readonly dueMs: number;
      readonly hasReachedDefender: boolean;
      /** The step brought it further: the next one may follow at once. */
      readonly isAdvanced: boolean;
      /** A limit of Defender's said no. */
      readonly isThrottled?: true;
    };

/** Too many tries failed. */
export function exhausted(attempts: number, progress: Progress = {}): Verdict {
  return failed('attempts_exhausted', `Given up after ${attempts} tries.`, { attempts, progress });
}

/** An end of the engine's own. */
export function failed(
  code: OperationErrorCode,
  message: string,
  facts: { readonly attempts: number; readonly progress?: Progress },
): Verdict {
  return { to: 'Failed', attempts: facts.attempts, progress: facts.progress ?? {}, error: { code, message } };
}
