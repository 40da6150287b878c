import { answerAlerts, answerMachineRows } from './answers.ts';
import type { Reply } from '../../http/exchange.ts';
import type { DefenderError } from '../errors.ts';
import type { DefenderCall } from '../operation.ts';
import type { EntityContext } from './look-up.ts';

/** `{name}` is the user name alone: neither with a domain nor a UPN. */
export function userAlerts(call: DefenderCall, context: EntityContext): Reply | DefenderError {
  const isNamed = named(call);
  return answerAlerts(
    call,
    context,
    ({ relatedUser, evidence }) =>
      isNamed(relatedUser?.userName) || evidence.some(({ accountName }) => isNamed(accountName)),
  );
}

/** Where the user has logged on. */
export function userMachines(call: DefenderCall, { machines }: EntityContext): Reply | DefenderError {
  const isNamed = named(call);
  const found = machines.list().filter(({ logonUsers }) => logonUsers.some(({ accountName }) => isNamed(accountName)));
  return answerMachineRows(
    call,
    found.map(({ machine }) => machine),
  );
}

function named({ parameters }: DefenderCall): (name: string | null | undefined) => boolean {
  const wanted = (parameters['name'] ?? '').toLowerCase();
  return (name) => name?.toLowerCase() === wanted;
}
