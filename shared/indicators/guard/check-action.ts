import type { IndicatorAction, IndicatorType } from '../../contract/indicator.ts';

const network: readonly IndicatorAction[] = ['Allowed', 'Audit', 'Warn', 'Block'];
const file: readonly IndicatorAction[] = [...network, 'BlockAndRemediate'];

/** The actions Defender takes for each type: https://learn.microsoft.com/defender-endpoint/indicators-overview */
export const actionsByType: Readonly<Record<IndicatorType, readonly IndicatorAction[]>> = {
  FileSha1: file,
  FileSha256: file,
  FileMd5: file,
  CertificateThumbprint: ['Allowed', 'BlockAndRemediate'],
  IpAddress: network,
  DomainName: network,
  Url: network,
};

/** Whether Defender takes the action for the type; `detail` is the sentence for a reject. */
export type ActionCheck =
  { readonly ok: true } | { readonly ok: false; readonly code: 'action_not_allowed'; readonly detail: string };

/** Asks the table before anything is sent: Defender would refuse the row. */
export function checkAction(indicatorType: IndicatorType, action: IndicatorAction): ActionCheck {
  const possible = actionsByType[indicatorType];
  if (possible.includes(action)) return { ok: true };
  const detail = `${action} is not possible for ${indicatorType}: one of ${possible.join(', ')}.`;
  return { ok: false, code: 'action_not_allowed', detail };
}
