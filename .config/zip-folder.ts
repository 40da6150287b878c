import { zipSync } from 'fflate';
import type { Zippable } from 'fflate';
import { readFileSync, readdirSync } from 'node:fs';
import { join, sep } from 'node:path';

/** A folder as a zip that depends on names and contents alone: the same build gives the same bytes, on every system. */
export function zipFolder(folder: string): Uint8Array {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
  const zippable = Object.fromEntries(
    files.map((file) => [file.split(sep).join('/'), [readFileSync(join(folder, file)), fileAttributes]]),
  ) as Zippable;
  return zipSync(zippable, { level: 9 });
}

const unix = 3;
const readableFile = 0o100644;
// The format knows local times only: made from local parts, the date is the same in every time zone.
const fileAttributes = { mtime: new Date(2000, 0, 1), os: unix, attrs: (readableFile << 16) >>> 0 };
