import type { TenantPolicy } from '../../../shared/contract/tenant.ts';
import type { MachineFacts } from '../machine-facts.ts';

type Protections = Pick<TenantPolicy['actions'], 'protectedTags' | 'protectedMachines' | 'protectedGroups'>;

/**
 * The rule that keeps a machine from being touched, if one does. `askedId` is the id that the caller gave: it is protected
 * too when its record was merged into another.
 */
export function protectionOf(
  { protectedTags, protectedMachines, protectedGroups }: Protections,
  askedId: string | undefined,
  machine: MachineFacts | undefined,
): string | undefined {
  const ids = [askedId, machine?.id];
  if (protectedMachines.some((id) => ids.some((held) => held !== undefined && isSameWord(held, id)))) {
    return '#/policy/actions/protectedMachines';
  }
  if (machine === undefined) return undefined;
  if (protectedTags.some((tag) => machine.machineTags.some((held) => isSameWord(held, tag)))) {
    return '#/policy/actions/protectedTags';
  }
  const { rbacGroupName } = machine;
  if (rbacGroupName !== undefined && protectedGroups.some((group) => isSameWord(rbacGroupName, group))) {
    return '#/policy/actions/protectedGroups';
  }
  return undefined;
}

/** In any case, and with spaces around or not: a slip of the pen in a policy must not take a protection away. */
export function isSameWord(one: string, other: string): boolean {
  return fold(one) === fold(other);
}

function fold(text: string): string {
  return text.normalize('NFKC').trim().toLowerCase();
}
