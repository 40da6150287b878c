import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { isPublicAddress } from './public-address.ts';

/** A name stands for an address that must not be called. */
export class BlockedAddress extends Error {
  constructor() {
    super('The name stands for an address that is not public.');
    this.name = 'BlockedAddress';
  }
}

/**
 * A lookup that gives only public addresses to the socket that asked. If any address of a name is not public, none is given:
 * a name that mixes them is up to something.
 */
export function guardLookup(lookup: LookupFunction): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found, family) => {
      if (error) return callback(error, '', 0);
      const addresses: readonly LookupAddress[] = Array.isArray(found)
        ? found
        : [{ address: found, family: family ?? 0 }];
      const [first] = addresses;
      if (first === undefined || !addresses.every(({ address }) => isPublicAddress(address))) {
        return callback(new BlockedAddress(), '', 0);
      }
      return options.all === true ? callback(null, [...addresses]) : callback(null, first.address, first.family);
    });
  };
}
