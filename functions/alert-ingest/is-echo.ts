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
 * Whether an alert came from Defender, or from us through Defender: taken again, it would go round for ever. Judged (contract §9)
 * by the product that an OCSF event names, by an id that is one of our alerts' in Defender, and by an operation's id in the description.
 */
export function isEcho({ alert, finding, isAlertIdOfOurs }: EchoQuestion): boolean {
  return (
    isAlertIdOfOurs ||
    /(?<![a-z0-9_])op_[a-z2-7]{26}(?![a-z0-9])/.test(alert.description ?? '') ||
    products.some((place) => isDefender(firstOf({ value: finding, path: [] }, place)))
  );
}

/** Where OCSF names the product that found something; a finding that was passed on keeps it in the second. */
const products = ['metadata.product', 'finding_info.product'] as const;

/** Others name Defender too: products for it, and products called so. */
function isDefender(product: OcsfValue | undefined): boolean {
  if (product === undefined) return false;
  const vendor = textOf(product, 'vendor_name');
  if (vendor !== undefined && !/\b(?:microsoft|windows)/i.test(vendor)) return false;
  const name = [vendor ?? '', textOf(product, 'name') ?? '', textOf(product, 'feature.name') ?? ''].join(' ').trim();
  const isMicrosoft = vendor !== undefined || /^(?:microsoft|windows|defender for|mdatp)/i.test(name);
  return isMicrosoft && /(?:\b|windows)(?:defender|mdatp)/i.test(name);
}
