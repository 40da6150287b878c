import { defenderError, isDefenderError } from '../errors.ts';
import { readChoice, readText } from './read-body.ts';
import { readCommands } from './read-commands.ts';
import type { DefenderError } from '../errors.ts';
import type { Body } from './read-body.ts';
import type { ActionOrder } from './record.ts';
import type { MachineActionType } from './resource.ts';

/** What only some types of action take. */
type Details = Partial<Pick<ActionOrder, 'scope' | 'sha1' | 'commands'>>;

const isolationTypes = ['Full', 'Selective', 'UnManagedDevice'];
const scanTypes = ['Quick', 'Full'];

const details: Partial<Record<MachineActionType, (body: Body) => Details | DefenderError>> = {
  Isolate: (body) =>
    (body['IsolationType'] ?? undefined) === undefined
      ? { scope: 'Full' }
      : toScope(readChoice(body, 'IsolationType', isolationTypes)),
  RunAntiVirusScan: (body) => toScope(readChoice(body, 'ScanType', scanTypes)),
  StopAndQuarantineFile: (body) => {
    const sha1 = readText(body, 'Sha1');
    if (typeof sha1 !== 'string') return sha1;
    return /^[0-9a-f]{40}$/i.test(sha1) ? { sha1 } : defenderError('InvalidHashValue', `Hash value ${sha1} is invalid`);
  },
  LiveResponse: readCommands,
};

/** The body of a request for an action. Only a live response does without a comment. */
export function readOrder(type: MachineActionType, body: Body): ActionOrder | DefenderError {
  const hasNoComment = type === 'LiveResponse' && (body['Comment'] ?? '') === '';
  const comment = hasNoComment ? null : readText(body, 'Comment');
  if (comment !== null && typeof comment !== 'string') return comment;
  const more = details[type]?.(body) ?? {};
  return isDefenderError(more) ? more : { type, comment, scope: null, sha1: null, commands: [], ...more };
}

function toScope(scope: string | DefenderError): Details | DefenderError {
  return typeof scope === 'string' ? { scope } : scope;
}
