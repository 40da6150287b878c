import permissions from '../../infra/permissions.json' with { type: 'json' };
import type { ActionName } from '../contract/action.ts';

/** An application role of Defender's API, among those that our registration asks for. */
export type MdeRole = keyof typeof permissions.mde.roles;

/**
 * An application role of Graph's, among those that our registration asks for. Microsoft publishes no id of the last one: whoever
 * registers the application looks it up by its name (`rolesByName`).
 */
export type GraphRole = keyof typeof permissions.graph.roles | 'SecurityAlert.Create.All';

/** Every role that our registration asks a customer to consent to. */
export const askedRoles = {
  mde: Object.keys(permissions.mde.roles) as readonly MdeRole[],
  graph: [...Object.keys(permissions.graph.roles), ...permissions.graph.rolesByName] as readonly GraphRole[],
};

/** What each action of the catalogue needs in Defender (contract §5). */
export const actionRoles: Readonly<Record<ActionName, readonly MdeRole[]>> = {
  Isolate: ['Machine.Isolate'],
  Unisolate: ['Machine.Isolate'],
  RestrictCodeExecution: ['Machine.RestrictExecution'],
  UnrestrictCodeExecution: ['Machine.RestrictExecution'],
  RunAntiVirusScan: ['Machine.Scan'],
  StopAndQuarantineFile: ['Machine.StopAndQuarantine', 'File.Read.All'],
  CollectInvestigationPackage: ['Machine.CollectForensics'],
  LiveResponse: ['Machine.LiveResponse'],
  Offboard: ['Machine.Offboard'],
  AddTag: ['Machine.ReadWrite.All'],
  RemoveTag: ['Machine.ReadWrite.All'],
  SetDeviceValue: ['Machine.ReadWrite.All'],
  UpdateAlert: ['Alert.ReadWrite.All'],
  SubmitIndicator: ['Ti.ReadWrite.All'],
  DeleteIndicator: ['Ti.ReadWrite.All'],
};

/** Whether a token with these roles may do what needs `role`: who may write may read. */
export function holdsRole(roles: readonly string[], role: MdeRole | GraphRole): boolean {
  return roles.includes(role) || (role === 'Machine.Read.All' && roles.includes('Machine.ReadWrite.All'));
}
