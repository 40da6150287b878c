import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import type { Immutable } from './primitives.ts';
import { guidSchema, macAddressSchema, machineIdSchema, refusal, textLike, timeSchema } from './primitives.ts';

/** A computer's name, with or without its DNS suffix. */
export const computerDnsNameSchema = textLike(
  /^[\p{L}\p{N}_](?:[\p{L}\p{N}_.-]{0,254})$/u,
  'Must be a computer name of at most 255 letters, digits, dots and hyphens.',
);

/** One IPv4 or IPv6 address, stays the text it was. */
export const ipAddressSchema = z
  .string()
  .refine(isAddress, refusal('invalid_format', 'Must be one IPv4 or IPv6 address.'));

/** An address a machine can be told by: loopback and link-local ones are every machine's. */
export const machineAddressSchema = ipAddressSchema.refine(
  (address) => !['loopback', 'linkLocal', 'unspecified', 'broadcast', 'multicast'].includes(rangeOf(address)),
  refusal('invalid_value', 'Must not be a loopback or link-local address.'),
);

const selectors = ['id', 'aadDeviceId', 'computerDnsName', 'ipAddress'] as const;

/** Contract §3: which machine is meant. Every field given must fit; `macAddress` only narrows (kept as 12 lower-case hex digits). */
export const machineSelectorSchema = z
  .strictObject({
    id: machineIdSchema.optional(),
    aadDeviceId: guidSchema.optional(),
    computerDnsName: computerDnsNameSchema.optional(),
    ipAddress: machineAddressSchema.optional(),
    macAddress: macAddressSchema.optional(),
  })
  .refine(
    (machine) => selectors.some((name) => machine[name] !== undefined),
    refusal('required', 'Give id, aadDeviceId, computerDnsName or ipAddress.'),
  );

/** Which machine is meant (contract §3). */
export type MachineSelector = Immutable<z.output<typeof machineSelectorSchema>>;

/** One of several machines that a selector fits, with the selector's fields that fit it. */
export const machineCandidateSchema = z.strictObject({
  id: z.string(),
  computerDnsName: z.string().optional(),
  lastSeen: timeSchema.optional(),
  fits: z.array(z.enum([...selectors, 'macAddress'])),
});

/** One of several machines that a selector fits. */
export type MachineCandidate = Immutable<z.output<typeof machineCandidateSchema>>;

function isAddress(address: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(address) || (address.includes(':') && ipaddr.IPv6.isValid(address));
}

/** The range an address lies in; an IPv4 address written as IPv6 counts as what it is. */
function rangeOf(address: string): string {
  return isAddress(address) ? ipaddr.process(address).range() : 'none';
}
