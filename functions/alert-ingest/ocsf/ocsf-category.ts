import type { AlertCategory } from '../../../shared/contract/alert.ts';
import { mitreTechniqueSchema } from '../../../shared/contract/indicator.ts';
import { entriesOf, firstOf, textOf } from './ocsf-value.ts';
import type { OcsfValue } from './ocsf-value.ts';

/** As many as an alert takes (contract §4). */
const maxTechniques = 20;

/** MITRE ATT&CK tactics by their id: https://attack.mitre.org/tactics/enterprise/ */
const categories: ReadonlyMap<string, AlertCategory> = new Map([
  ['TA0001', 'InitialAccess'],
  ['TA0002', 'Execution'],
  ['TA0003', 'Persistence'],
  ['TA0004', 'PrivilegeEscalation'],
  ['TA0005', 'DefenseEvasion'],
  ['TA0006', 'CredentialAccess'],
  ['TA0007', 'Discovery'],
  ['TA0008', 'LateralMovement'],
  ['TA0009', 'Collection'],
  ['TA0010', 'Exfiltration'],
  ['TA0011', 'CommandAndControl'],
]);

/** Impact is ransomware when data is encrypted (T1486), and no category of Defender's otherwise. */
const impact = 'TA0040';
const encryption = 'T1486';

/** Defender's category of an event: by the first tactic that it names. */
export function toOcsfCategory(event: OcsfValue): AlertCategory {
  const attacks = attacksOf(event);
  const tactic = attacks.map((attack) => textOf(attack, 'tactic.uid')).find((uid) => uid !== undefined);
  if (tactic === impact) return techniquesOf(attacks).includes(encryption) ? 'Ransomware' : 'SuspiciousActivity';
  return (tactic === undefined ? undefined : categories.get(tactic)) ?? 'SuspiciousActivity';
}

/** The techniques that an event names, each once; what is no technique's id is left out. */
export function toOcsfTechniques(event: OcsfValue): readonly string[] {
  const known = techniquesOf(attacksOf(event)).filter((uid) => mitreTechniqueSchema.safeParse(uid).success);
  return [...new Set(known)].slice(0, maxTechniques);
}

function attacksOf(event: OcsfValue): readonly OcsfValue[] {
  const info = firstOf(event, 'finding_info');
  return info === undefined ? [] : entriesOf(info, 'attacks');
}

function techniquesOf(attacks: readonly OcsfValue[]): readonly string[] {
  return attacks.map((attack) => textOf(attack, 'technique.uid')).filter((uid) => uid !== undefined);
}
