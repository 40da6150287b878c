import ipaddr from 'ipaddr.js';
import type { Evidence } from '../../../shared/contract/evidence.ts';
import type { MachineSelector } from '../../../shared/contract/machine-selector.ts';
import { refang } from '../../../shared/indicators/normalise/refang.ts';

/** One kind of evidence. */
export type EvidenceOf<Type extends Evidence['entityType']> = Extract<Evidence, { entityType: Type }>;

/** The evidence of one kind. */
export function evidenceOf<Type extends Evidence['entityType']>(
  evidence: readonly Evidence[],
  entityType: Type,
): readonly EvidenceOf<Type>[] {
  return evidence.filter((each): each is EvidenceOf<Type> => each.entityType === entityType);
}

/** An address in every spelling that events have: as given, short without its zone, and IPv4 as IPv6, which is how some sockets see it. */
export function toAddressSpellings(address: string): readonly string[] {
  const plain = ipaddr.process(address.replace(/%.*$/, ''));
  const short = plain.toString();
  const mapped = plain instanceof ipaddr.IPv4 ? [`::ffff:${short}`] : [];
  return [...new Set([address.toLowerCase(), short, ...mapped])];
}

/** Longer ones would make a query of an alert's evidence too long; the host says enough. */
const maxUrl = 512;

/** What a URL or domain looks like in events: whole (`equal`), or as the beginning of an address on that host (`prefixes`). */
export interface UrlSpellings {
  readonly host: string | undefined;
  /** The host, when it is an address. */
  readonly address: string | undefined;
  readonly equal: readonly string[];
  readonly prefixes: readonly string[];
}

/** Events hold a whole URL, or, when it was encrypted, the host alone. A bare host stands for every address on it. It may be defanged. */
export function toUrlSpellings(text: string): UrlSpellings {
  const url = refang(text);
  const hasScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(url);
  const parsed = URL.parse(hasScheme ? url : `http://${url}`);
  const host = parsed === null || parsed.hostname === '' ? undefined : parsed.hostname.replace(/\.$/, '');
  const address = host?.replaceAll(/[[\]]/g, '') ?? '';
  const whole = url.length > maxUrl ? [] : [url, url.replace(/^[a-z][a-z0-9+.-]*:\/\//i, '')];
  const isBare = parsed !== null && parsed.pathname === '/' && parsed.search === '' && parsed.hash === '';
  return {
    host,
    address: ipaddr.isValid(address) ? address : undefined,
    // Most events have no URL: an empty one would be theirs.
    equal: [...new Set([...whole, host ?? ''])].filter((spelling) => spelling !== ''),
    prefixes: host !== undefined && isBare ? toPrefixes(host) : [],
  };
}

function toPrefixes(host: string): readonly string[] {
  return ['https://', 'http://', ''].flatMap((scheme) => [`${scheme}${host}/`, `${scheme}${host}:`]);
}

/**
 * Evidence but for what names the machine that the alert is about: of a connection products report both ends, and a machine's
 * events name it where they tell nothing of the alert.
 */
export function withoutOwn(
  evidence: readonly Evidence[],
  selector: Pick<MachineSelector, 'computerDnsName' | 'ipAddress'>,
  found: { readonly computerDnsName?: string },
): readonly Evidence[] {
  const names = [selector.computerDnsName, found.computerDnsName].flatMap((name) => name?.toLowerCase() ?? []);
  const own = new Set([
    ...names.flatMap((name) => [name, name.split('.')[0]]),
    ...(selector.ipAddress === undefined ? [] : toAddressSpellings(selector.ipAddress)),
  ]);
  return evidence.filter((each) => {
    if (each.entityType === 'Ip') return !toAddressSpellings(each.ipAddress).some((address) => own.has(address));
    return each.entityType !== 'Url' || !own.has(toUrlSpellings(each.url).host);
  });
}

/** The name of a file without its folder: products write either. */
export function toFileName(nameOrPath: string): string {
  return nameOrPath.split(/[\\/]/).at(-1) ?? nameOrPath;
}
