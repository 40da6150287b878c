import type { Progress } from '../../../shared/work/carry.ts';
import type { CarryActionKind } from '../carry-context.ts';

/** Makes a carry after whose steps the operation still tells who approved it, whatever else they say of it. */
export function keepApprover(carry: CarryActionKind): CarryActionKind {
  return async (context, tools) => {
    const { approvedBy } = context;
    if (approvedBy === undefined) return carry(context, tools);
    const outcome = await carry(context, {
      ...tools,
      saveIntent: (state, progress) => tools.saveIntent(state, progress && named(progress, approvedBy)),
    });
    return named(outcome, approvedBy);
  };
}

function named<Known extends Progress>(known: Known, approvedBy: string): Known {
  return known.result === undefined ? known : { ...known, result: { ...known.result, approvedBy } };
}
