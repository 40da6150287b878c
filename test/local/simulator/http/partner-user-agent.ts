import type { Exchange } from './exchange.ts';

/** What Defender and the security API of Graph ask of partners: `MdePartner-{Company}-{Product}/{Version}`. */
export function isPartnerUserAgent({ headers }: Exchange): boolean {
  return /^MdePartner-[^-\s]+-[^/\s]+\/\S+$/.test(headers['user-agent'] ?? '');
}
