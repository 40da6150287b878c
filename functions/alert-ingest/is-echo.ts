import { firstOf, textOf } from './ocsf/ocsf-value.ts';
import type { OcsfValue } from './ocsf/ocsf-value.ts';

/** What is known of an alert before it is taken. */
export interface EchoQuestion {
  readonly alert: { readonly id: string; readonly description?: string };
  /** The OCSF event that it was made of, if it was. */
  readonly finding?: unknown;
  /** Whether our records have an alert of Defender's by this id. */
  readonly isAlertIdOfOurs: boolean;
}

/**
 * Whether an alert came from Defender, or from us through Defender: taken again, it would go round for ever. Judged by the
 * product that an OCSF event names, by an id that is (or has the form of) an alert's in Defender, and by an operation's id
 * in the description.
 */
export function isEcho({ alert, finding, isAlertIdOfOurs }: EchoQuestion): boolean {
  return (
    isAlertIdOfOurs ||
    /^(?:da)?\d{18,20}_-?\d{1,12}$/.test(alert.id) ||
    /(?<![a-z0-9_])op_[a-z2-7]{26}(?![a-z0-9])/.test(alert.description ?? '') ||
    products.some((place) => isDefender(firstOf({ value: finding, path: [] }, place)))
  );
}

/** Where OCSF names the product that found something; a finding that was passed on keeps it in the second. */
const products = ['metadata.product', 'finding_info.product'] as const;

function isDefender(product: OcsfValue | undefined): boolean {
  if (product === undefined) return false;
  const name = textOf(product, 'name') ?? '';
  const text = [textOf(product, 'vendor_name') ?? '', name, textOf(product, 'feature.name') ?? ''].join(' ');
  return /\b(?:microsoft|windows)/i.test(text) && /defender|mdatp/i.test(text)
    ? true
    : /defender for |\bMDATP\b/i.test(name);
}
