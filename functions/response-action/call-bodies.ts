import { toAlertUpdate } from '../../shared/alerts/to-alert-update.ts';
import type { AlertUpdateBody } from '../../shared/defender/alert-update.ts';
import type { ActionRequest } from '../../shared/contract/action.ts';

type Commands = Extract<ActionRequest, { readonly action: 'LiveResponse' }>['commands'];
type Triage = Extract<ActionRequest, { readonly action: 'UpdateAlert' }>;

/** Live response's commands, in Defender's case: https://learn.microsoft.com/defender-endpoint/api/run-live-response */
export function toCommands(commands: Commands): readonly Readonly<Record<string, unknown>>[] {
  return commands.map(({ type, params }) => ({ type, params: params.map(({ key, value }) => ({ key, value })) }));
}

/** What is written to an alert, the comment with its mark: https://learn.microsoft.com/defender-endpoint/api/update-alert */
export function toAlertBody(request: Triage, comment: string): AlertUpdateBody {
  return { ...toAlertUpdate(undefined, { ...request, comment: undefined }, undefined).body, comment };
}
