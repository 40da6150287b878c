import type { ActionName, ActionRequest } from '../../shared/contract/action.ts';
import type { DefenderApi } from '../../shared/defender/limits.ts';
import { actionRoles } from '../../shared/defender/roles.ts';
import type { MdeRole } from '../../shared/defender/roles.ts';
import { toAlertBody, toCommands } from './call-bodies.ts';
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

const isolationOn: Readonly<Record<RequestFor<'Isolate'>['isolationType'], OsRule | undefined>> = {
  Full: { windows10: '1703', linux: true, macOS: false },
  Selective: { windows10: '1709', linux: false, macOS: false },
  UnManagedDevice: undefined, // others keep away from it: nothing runs on the machine itself
};
const restrictionOn: OsRule = { windows10: '1709', server: 2019, linux: false, macOS: false };
const scanOn: OsRule = { windows10: '1709', linux: true, macOS: true };
const quarantineOn: OsRule = { windows10: '1703', linux: false, macOS: false };
const liveResponseOn: OsRule = { windows10: '1709', server: 2019, linux: true, macOS: true };
const offboardingOn: OsRule = { windows10: '1703', server: 2012, linux: true, macOS: false };

const onlyComment = (_request: unknown, { comment }: CallParts) => ({ Comment: comment });
const machineAction = { kind: 'MachineAction', limit: 'machineActions' } as const;
const machineChange = { kind: 'MachineChange', limit: 'machines' } as const;
const machineUrl = '/api/machines/{machineId}';

/**
 * Every action (contract §5). Operating systems: https://learn.microsoft.com/defender-endpoint/respond-machine-alerts and the
 * page of each call.
 */
export const catalogue: { readonly [Action in ActionName]: CatalogueRow<Action> } = {
  Isolate: {
    ...{ ...machineAction, roles: actionRoles.Isolate, undoneBy: 'Unisolate', call: `POST ${machineUrl}/isolate` },
    parameters: 'isolationType, releaseAfter',
    toBody: ({ isolationType }, { comment }) => ({ Comment: comment, IsolationType: isolationType }),
    runsOn: ({ isolationType = 'Full' }) => isolationOn[isolationType],
  },
  Unisolate: {
    ...{ ...machineAction, roles: actionRoles.Unisolate, call: `POST ${machineUrl}/unisolate` },
    ...{ parameters: '', toBody: onlyComment },
  },
  RestrictCodeExecution: {
    ...{ ...machineAction, roles: actionRoles.RestrictCodeExecution, undoneBy: 'UnrestrictCodeExecution' },
    ...{ call: `POST ${machineUrl}/restrictCodeExecution`, parameters: 'releaseAfter' },
    ...{ toBody: onlyComment, runsOn: () => restrictionOn },
  },
  UnrestrictCodeExecution: {
    ...{ ...machineAction, roles: actionRoles.UnrestrictCodeExecution },
    ...{ call: `POST ${machineUrl}/unrestrictCodeExecution`, parameters: '', toBody: onlyComment },
  },
  RunAntiVirusScan: {
    ...{ ...machineAction, roles: actionRoles.RunAntiVirusScan, call: `POST ${machineUrl}/runAntiVirusScan` },
    parameters: 'scanType',
    toBody: ({ scanType }, { comment }) => ({ Comment: comment, ScanType: scanType }),
    runsOn: () => scanOn,
  },
  StopAndQuarantineFile: {
    ...{ ...machineAction, roles: actionRoles.StopAndQuarantineFile, call: `POST ${machineUrl}/StopAndQuarantineFile` },
    parameters: 'sha1, sha256',
    toBody: ({ sha1 }, { comment, sha1: found }) => ({ Comment: comment, Sha1: sha1 ?? found }),
    runsOn: () => quarantineOn,
  },
  CollectInvestigationPackage: {
    ...{ ...machineAction, roles: actionRoles.CollectInvestigationPackage },
    ...{ call: `POST ${machineUrl}/collectInvestigationPackage`, parameters: '', toBody: onlyComment },
  },
  LiveResponse: {
    ...{ kind: 'MachineAction', roles: actionRoles.LiveResponse, limit: 'liveResponseRun', parameters: 'commands' },
    call: `POST ${machineUrl}/runliveresponse`,
    toBody: ({ commands }, { comment }) => ({ Commands: toCommands(commands), Comment: comment }),
    runsOn: () => liveResponseOn,
  },
  Offboard: {
    ...{ ...machineAction, roles: actionRoles.Offboard, call: `POST ${machineUrl}/offboard`, parameters: '' },
    ...{ toBody: onlyComment, runsOn: () => offboardingOn },
  },
  AddTag: {
    ...{ ...machineChange, roles: actionRoles.AddTag, undoneBy: 'RemoveTag', call: `POST ${machineUrl}/tags` },
    ...{ parameters: 'tag', toBody: ({ tag }) => ({ Value: tag, Action: 'Add' }) },
  },
  RemoveTag: {
    ...{ ...machineChange, roles: actionRoles.RemoveTag, undoneBy: 'AddTag', call: `POST ${machineUrl}/tags` },
    ...{ parameters: 'tag', toBody: ({ tag }) => ({ Value: tag, Action: 'Remove' }) },
  },
  SetDeviceValue: {
    ...{ ...machineChange, roles: actionRoles.SetDeviceValue, call: `POST ${machineUrl}/setDeviceValue` },
    ...{ parameters: 'deviceValue', toBody: ({ deviceValue }) => ({ DeviceValue: deviceValue }) },
  },
  UpdateAlert: {
    ...{ kind: 'Alert', roles: actionRoles.UpdateAlert, limit: 'alerts', call: 'PATCH /api/alerts/{alertId}' },
    parameters: 'alertId, status, classification, determination, assignedTo',
    toBody: (request, { comment }) => ({ ...toAlertBody(request, comment) }),
  },
  SubmitIndicator: {
    ...{ kind: 'Indicator', roles: actionRoles.SubmitIndicator, undoneBy: 'DeleteIndicator' },
    ...{ call: 'POST /api/indicators/import', limit: 'indicatorsImport', parameters: 'indicator' },
  },
  DeleteIndicator: {
    ...{ kind: 'Indicator', roles: actionRoles.DeleteIndicator, parameters: 'indicator' },
    ...{ call: 'POST /api/indicators/BatchDelete', limit: 'indicatorsBatchDelete' },
  },
};

/** The row of a request's action. */
export function rowOf<Action extends ActionName>({ action }: { readonly action: Action }): CatalogueRow<Action> {
  return catalogue[action];
}
