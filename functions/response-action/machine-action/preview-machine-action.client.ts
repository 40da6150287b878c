import type { DefenderEntities } from '../../../shared/defender/entities.client.ts';
import { toMachineResult } from '../action-outcomes.ts';
import { findFile, findMachine } from './ask-machine-action.client.ts';
import type { PreviewActionKind } from '../carry-context.ts';
import type { FindActionMachine } from '../find-action-machine.client.ts';
import { toActionCall } from './machine-action-outcomes.ts';
import { checkSystem } from './prepare-machine-action.ts';

/** What telling needs. */
export interface PreviewMachineActionOptions {
  readonly findActionMachine: FindActionMachine;
  readonly entities: Pick<DefenderEntities, 'getFile'>;
}

/** Makes what tells what one of Defender's nine would send. */
export function createPreviewMachineAction(options: PreviewMachineActionOptions): PreviewActionKind {
  return async ({ tenant, action }) => {
    const asked = { tenant, data: action.data };
    const { machine, error } = await findMachine({ at: 'Preparing' }, asked, options);
    if (machine === undefined) return { error };
    const found = { machine: toMachineResult(machine), facts: machine };
    const unsupported = checkSystem(action.data, machine);
    if (unsupported !== undefined) return { ...found, error: unsupported.error };
    const sha1 = await findFile(asked, options);
    if (action.data.action === 'StopAndQuarantineFile' && sha1 === undefined) {
      return { ...found, error: { code: 'file_not_found', message: 'Defender knows no such file.' } };
    }
    const prepared = { machine, ...(sha1 === undefined ? {} : { sha1 }) };
    return { ...found, request: toActionCall(prepared, { action, approvedBy: undefined }, undefined) };
  };
}
