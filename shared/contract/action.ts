import { z } from 'zod';
import { actionSchemas } from './action-shapes.ts';
import { machineSelectorSchema } from './machine-selector.ts';
import type { Immutable } from './primitives.ts';
import { text } from './primitives.ts';

/** Every action of the catalogue (contract §5). The first nine are Defender's machine-action types. */
export const actionNames = [
  'Isolate',
  'Unisolate',
  'RestrictCodeExecution',
  'UnrestrictCodeExecution',
  'RunAntiVirusScan',
  'StopAndQuarantineFile',
  'CollectInvestigationPackage',
  'LiveResponse',
  'Offboard',
  'AddTag',
  'RemoveTag',
  'SetDeviceValue',
  'UpdateAlert',
  'SubmitIndicator',
  'DeleteIndicator',
] as const;

/** Name of an action. */
export const actionNameSchema = z.enum(actionNames);
export type ActionName = (typeof actionNames)[number];

/** The nine machine-action types of Defender's. */
export const machineActionNames = actionNames.slice(0, 9) as readonly ActionName[];

/** What a person reads in Defender; the operation's id is added when it is sent. */
export const actionCommentSchema = text(1, 1000);

/** `data` of `action.requested` (contract §5): one request, one machine, one operation. */
export const actionRequestSchema = z.discriminatedUnion(
  'action',
  actionSchemas({ machine: machineSelectorSchema, comment: actionCommentSchema }, { comment: actionCommentSchema }),
);

/** `data` of `action.requested`. */
export type ActionRequest = Immutable<z.output<typeof actionRequestSchema>>;

/** An action as a tenant's `policy.alerts.responses` names it: the machine is the alert's, the comment is ours. */
export const responseActionSchema = z.discriminatedUnion('action', actionSchemas({}, {}));
export type ResponseAction = Immutable<z.output<typeof responseActionSchema>>;
