import { evidenceSchema } from '../../../shared/contract/evidence.ts';
import type { Evidence } from '../../../shared/contract/evidence.ts';
import { sha1Schema, sha256Schema } from '../../../shared/contract/primitives.ts';
import { entriesOf, firstOf, textOf, toTimeText } from './ocsf-value.ts';
import type { OcsfValue } from './ocsf-value.ts';

/** As many as an alert takes (contract §4). */
const maxEvidence = 50;

/**
 * What an event is about (contract §4), each once, in its own order. Evidence is no needed value: what Defender could not be
 * asked for (a file without a hash, a range of addresses) and what is more than an alert takes is left out.
 */
export function toOcsfEvidence(event: OcsfValue): readonly Evidence[] {
  const drafts = entriesOf(event, 'evidences').flatMap(toDrafts);
  const fitting = drafts.flatMap((draft) => {
    const parsed = evidenceSchema.safeParse(draft);
    return parsed.success ? [parsed.data] : [];
  });
  const once = new Map(fitting.map((evidence) => [JSON.stringify(evidence), evidence]));
  return [...once.values()].slice(0, maxEvidence);
}

type Draft = Readonly<Record<string, unknown>>;

function toDrafts(evidence: OcsfValue): readonly Draft[] {
  const part = (name: string, toDraft: (part: OcsfValue) => readonly Draft[]): readonly Draft[] => {
    const found = firstOf(evidence, name);
    return found === undefined ? [] : toDraft(found);
  };
  return [
    ...part('file', toFile),
    ...part('process', toProcess),
    ...part('dst_endpoint', toEndpoint),
    ...part('src_endpoint', toEndpoint),
    ...part('url', (url) => toUrl(textOf(url, 'url_string'))),
    ...part('query', (query) => toUrl(textOf(query, 'hostname'))),
    ...part('user', toUser),
    ...part('actor.user', toUser),
  ];
}

function toFile(file: OcsfValue): readonly Draft[] {
  const names = { fileName: textOf(file, 'name'), filePath: textOf(file, 'path') };
  return [given({ entityType: 'File', ...toHashes(file), ...names })];
}

function toProcess(process: OcsfValue): readonly Draft[] {
  const file = firstOf(process, 'file');
  const pid = firstOf(process, 'pid')?.value;
  return [
    given({
      entityType: 'Process',
      processId: typeof pid === 'number' ? pid : undefined,
      processCommandLine: textOf(process, 'cmd_line'),
      ...(file === undefined ? {} : toHashes(file)),
      fileName: textOf(process, 'name', 'file.name'),
      processCreationTime: toTimeText(firstOf(process, 'created_time')?.value),
    }),
  ];
}

/** An address, and the name of the host, or of its domain where the host has none. */
function toEndpoint(endpoint: OcsfValue): readonly Draft[] {
  const ipAddress = textOf(endpoint, 'ip');
  const address = ipAddress === undefined ? [] : [{ entityType: 'Ip', ipAddress }];
  return [...address, ...toUrl(textOf(endpoint, 'hostname', 'domain'))];
}

function toUrl(url: string | undefined): readonly Draft[] {
  return url === undefined ? [] : [{ entityType: 'Url', url }];
}

/** Products write a name alone, `DOMAIN\name`, or `name@domain`, which is a user principal name. */
function toUser(user: OcsfValue): readonly Draft[] {
  const name = textOf(user, 'name') ?? '';
  const [, prefix, account = name] = /^([^\\]+)\\([^\\]+)$/.exec(name) ?? [];
  const uid = textOf(user, 'uid') ?? '';
  const isPrincipal = account.includes('@');
  return [
    given({
      entityType: 'User',
      accountName: isPrincipal || account === '' ? undefined : account,
      userPrincipalName: isPrincipal ? account : undefined,
      userSid: /^S-1-/i.test(uid) ? uid : undefined,
      domainName: textOf(user, 'domain') ?? prefix,
    }),
  ];
}

/** By `algorithm_id`: 2 is SHA-1, 3 is SHA-256 (https://schema.ocsf.io/objects/fingerprint). A malformed hash is none. */
function toHashes(file: OcsfValue): Draft {
  const hashOf = (algorithm: number): string | undefined => {
    const hash = entriesOf(file, 'hashes').find((each) => firstOf(each, 'algorithm_id')?.value === algorithm);
    return hash === undefined ? undefined : textOf(hash, 'value');
  };
  return given({
    sha1: sha1Schema.safeParse(hashOf(2)).data,
    sha256: sha256Schema.safeParse(hashOf(3)).data,
  });
}

function given(fields: Draft): Draft {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
