/** A file as the API returns it. */
export interface FileProfile {
  readonly sha1: string;
  readonly sha256: string | null;
  readonly md5: string | null;
  readonly globalPrevalence: number;
  readonly globalFirstObserved: string;
  readonly globalLastObserved: string;
  readonly size: number | null;
  readonly fileType: string | null;
  readonly isPeFile: boolean | null;
  readonly filePublisher: string | null;
  readonly fileProductName: string | null;
  readonly signer: string | null;
  readonly issuer: string | null;
  readonly signerHash: string | null;
  readonly isValidCertificate: boolean | null;
  readonly determinationType: string;
  readonly determinationValue: string | null;
}

/** A machine saw a file, a host or an address, from the first time to the last; times with seven digits. */
export interface Sighting {
  readonly machineId: string;
  readonly firstSeen: string;
  readonly lastSeen: string;
  /** Of a file. */
  readonly fileName: string | null;
}

export interface FileRecord {
  readonly file: FileProfile;
  readonly sightings: readonly Sighting[];
}

export interface DomainRecord {
  readonly host: string;
  readonly sightings: readonly Sighting[];
}

export interface IpRecord {
  readonly ipAddress: string;
  readonly sightings: readonly Sighting[];
}

/** What nothing is known of but its hash. */
export function toFileProfile(
  file: Partial<FileProfile> & Pick<FileProfile, 'sha1' | 'globalFirstObserved' | 'globalLastObserved'>,
): FileProfile {
  return {
    ...{ sha256: null, md5: null, globalPrevalence: 1, size: null, fileType: null, isPeFile: null },
    ...{ filePublisher: null, fileProductName: null, signer: null, issuer: null, signerHash: null },
    ...{ isValidCertificate: null, determinationType: 'Unknown', determinationValue: null },
    ...file,
  };
}
