import type { ActionName, ActionRequest } from '../../shared/contract/action.ts';
import type { DefenderApi } from '../../shared/defender/limits.ts';
import { actionRoles } from '../../shared/defender/roles.ts';
import type { MdeRole } from '../../shared/defender/roles.ts';
import { toAlertBody, toCommands } from './call-bodies.ts';
import { osRules } from './operating-systems.ts';
import type { OsRule } from './operating-systems.ts';

/** Who carries an action: `MachineAction` are Defender's nine, which take their time and are followed to their end. */
export type ActionKind = 'MachineAction' | 'MachineChange' | 'Alert' | 'Indicator';

/** A request for one of these actions. */
export type RequestFor<Action extends ActionName> = Extract<ActionRequest, { readonly action: Action }>;

/** What a call says besides the request: the comment with its mark, and the hash that Defender knows the file by. */
export interface CallParts {
  readonly comment: string;
  readonly sha1?: string;
}

/** One action of contract §5. */
export interface CatalogueRow<Action extends ActionName> {
  readonly kind: ActionKind;
  /** Further fields of the request. */
  readonly parameters: string;
  /** The first one is of the call that acts. */
  readonly roles: readonly MdeRole[];
  readonly undoneBy?: ActionName;
  /** The call that acts, and the row of the limits that it counts in. */
  readonly call: string;
  readonly limit: DefenderApi;
  /** Absent where no single body tells what is done. */
  readonly toBody?: (request: RequestFor<Action>, parts: CallParts) => Readonly<Record<string, unknown>>;
  /** Absent: on all, or Defender judges. */
  readonly runsOn?: (request: Partial<RequestFor<Action>>) => OsRule | undefined;
}

const isolationRules: Readonly<Record<RequestFor<'Isolate'>['isolationType'], OsRule | undefined>> = {
  Full: osRules.fullIsolation,
  Selective: osRules.selectiveIsolation,
  UnManagedDevice: undefined, // others keep away from it: nothing runs on the machine itself
};

const onlyComment = (_request: unknown, { comment }: CallParts) => ({ Comment: comment });
const machineAction = { kind: 'MachineAction', limit: 'machineActions' } as const;
const machineChange = { kind: 'MachineChange', limit: 'machines' } as const;
const onMachine = 'POST /api/machines/{machineId}';

/** Every action (contract §5). */
export const catalogue: { readonly [Action in ActionName]: CatalogueRow<Action> } = {
  Isolate: {
    ...machineAction,
    parameters: 'isolationType, releaseAfter',
    roles: actionRoles.Isolate,
    undoneBy: 'Unisolate',
    call: `${onMachine}/isolate`,
    toBody: ({ isolationType }, { comment }) => ({ Comment: comment, IsolationType: isolationType }),
    runsOn: ({ isolationType = 'Full' }) => isolationRules[isolationType],
  },
  Unisolate: {
    ...machineAction,
    parameters: '',
    roles: actionRoles.Unisolate,
    call: `${onMachine}/unisolate`,
    toBody: onlyComment,
  },
  RestrictCodeExecution: {
    ...machineAction,
    parameters: 'releaseAfter',
    roles: actionRoles.RestrictCodeExecution,
    undoneBy: 'UnrestrictCodeExecution',
    call: `${onMachine}/restrictCodeExecution`,
    toBody: onlyComment,
    runsOn: () => osRules.restriction,
  },
  UnrestrictCodeExecution: {
    ...machineAction,
    parameters: '',
    roles: actionRoles.UnrestrictCodeExecution,
    call: `${onMachine}/unrestrictCodeExecution`,
    toBody: onlyComment,
  },
  RunAntiVirusScan: {
    ...machineAction,
    parameters: 'scanType',
    roles: actionRoles.RunAntiVirusScan,
    call: `${onMachine}/runAntiVirusScan`,
    toBody: ({ scanType }, { comment }) => ({ Comment: comment, ScanType: scanType }),
    runsOn: () => osRules.scan,
  },
  StopAndQuarantineFile: {
    ...machineAction,
    parameters: 'sha1 or sha256',
    roles: actionRoles.StopAndQuarantineFile,
    call: `${onMachine}/StopAndQuarantineFile`,
    toBody: ({ sha1 }, { comment, sha1: found }) => ({ Comment: comment, Sha1: sha1 ?? found }),
    runsOn: () => osRules.quarantine,
  },
  CollectInvestigationPackage: {
    ...machineAction,
    parameters: '',
    roles: actionRoles.CollectInvestigationPackage,
    call: `${onMachine}/collectInvestigationPackage`,
    toBody: onlyComment,
  },
  LiveResponse: {
    ...machineAction,
    limit: 'liveResponseRun',
    parameters: 'commands',
    roles: actionRoles.LiveResponse,
    call: `${onMachine}/runliveresponse`,
    toBody: ({ commands }, { comment }) => ({ Commands: toCommands(commands), Comment: comment }),
    runsOn: () => osRules.liveResponse,
  },
  Offboard: {
    ...machineAction,
    parameters: '',
    roles: actionRoles.Offboard,
    call: `${onMachine}/offboard`,
    toBody: onlyComment,
    runsOn: () => osRules.offboarding,
  },
  AddTag: {
    ...machineChange,
    parameters: 'tag',
    roles: actionRoles.AddTag,
    undoneBy: 'RemoveTag',
    call: `${onMachine}/tags`,
    toBody: ({ tag }) => ({ Value: tag, Action: 'Add' }),
  },
  RemoveTag: {
    ...machineChange,
    parameters: 'tag',
    roles: actionRoles.RemoveTag,
    undoneBy: 'AddTag',
    call: `${onMachine}/tags`,
    toBody: ({ tag }) => ({ Value: tag, Action: 'Remove' }),
  },
  SetDeviceValue: {
    ...machineChange,
    parameters: 'deviceValue',
    roles: actionRoles.SetDeviceValue,
    call: `${onMachine}/setDeviceValue`,
    toBody: ({ deviceValue }) => ({ DeviceValue: deviceValue }),
  },
  UpdateAlert: {
    kind: 'Alert',
    limit: 'alerts',
    parameters: 'alertId, status, classification, determination, assignedTo',
    roles: actionRoles.UpdateAlert,
    call: 'PATCH /api/alerts/{alertId}',
    toBody: (request, { comment }) => ({ ...toAlertBody(request, comment) }),
  },
  SubmitIndicator: {
    kind: 'Indicator',
    limit: 'indicatorsImport',
    parameters: 'indicator',
    roles: actionRoles.SubmitIndicator,
    undoneBy: 'DeleteIndicator',
    call: 'POST /api/indicators/import',
  },
  DeleteIndicator: {
    kind: 'Indicator',
    limit: 'indicatorsBatchDelete',
    parameters: 'indicator',
    roles: actionRoles.DeleteIndicator,
    call: 'POST /api/indicators/BatchDelete',
  },
};

/** The row of a request's action. */
export function rowOf<Action extends ActionName>({ action }: { readonly action: Action }): CatalogueRow<Action> {
  return catalogue[action];
}
