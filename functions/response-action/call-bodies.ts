import type { ActionRequest } from '../../shared/contract/action.ts';

type Commands = Extract<ActionRequest, { readonly action: 'LiveResponse' }>['commands'];
type Triage = Extract<ActionRequest, { readonly action: 'UpdateAlert' }>;

/** Live response's commands, in Defender's case: https://learn.microsoft.com/defender-endpoint/api/run-live-response */
export function toCommands(commands: Commands): readonly Readonly<Record<string, unknown>>[] {
  return commands.map(({ type, params }) => ({ type, params: params.map(({ key, value }) => ({ key, value })) }));
}

/** What of a triage is given: https://learn.microsoft.com/defender-endpoint/api/update-alert */
export function triageOf({
  status,
  classification,
  determination,
  assignedTo,
}: Triage): Readonly<Record<string, string>> {
  const given = Object.entries({ status, classification, determination, assignedTo });
  return Object.fromEntries(given.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}
