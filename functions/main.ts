import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { app } from '@azure/functions';
import packageJson from '../package.json' with { type: 'json' };
import { createClockCheck } from '../shared/clock-check.ts';
import { partnerSchema } from '../shared/contract/partner.ts';
import type { Partner } from '../shared/contract/partner.ts';
import { InvalidSettings } from '../shared/errors.ts';
import { createLog } from '../shared/log.ts';
import { readSettings } from '../shared/settings.ts';
import { registerApp } from './wiring/app.ts';
import { createCapabilities } from './wiring/capabilities.ts';

process.setSourceMapsEnabled(true);

const settings = readSettings(process.env);
const log = createLog((line) => process.stdout.write(`${line}\n`), Date.now);
app.setup({ enableHttpStream: true });
registerApp(
  app,
  createCapabilities({
    settings,
    partner: readPartner(settings.partnerFile ?? join(import.meta.dirname, 'partner.json')),
    version: packageJson.version,
    now: Date.now,
    clockCheck: createClockCheck({ now: Date.now, log }),
    sleep: (ms, signal) => sleep(ms, undefined, signal === undefined ? {} : { signal }),
    random: Math.random,
    newId: randomUUID,
    log,
  }),
);

/** A wrong partner file is a wrong setting: every problem is named, and the app does not start. */
function readPartner(file: string): Partner {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new InvalidSettings([`PARTNER_FILE cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'unknown'}.`]);
  }
  const parsed = partnerSchema.safeParse(fromJson(text));
  if (parsed.success) return parsed.data;
  throw new InvalidSettings(
    parsed.error.issues.map(({ path, message }) => `PARTNER_FILE ${path.join('.') || 'document'}: ${message}`),
  );
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new InvalidSettings(['PARTNER_FILE is not JSON.']);
  }
}
