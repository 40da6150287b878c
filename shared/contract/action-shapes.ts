import { z } from 'zod';
import { indicatorActionSchema, indicatorDetailShape, indicatorIdentityShape } from './indicator.ts';
import { durationBetween, refusal, sha1Schema, sha256Schema, text } from './primitives.ts';
import { isFittingDetermination, triageShape, unfittingDetermination } from './triage.ts';

/** Defender's words for how much a machine matters. */
export const deviceValueSchema = z.enum(['Normal', 'Low', 'High']);
export type DeviceValue = z.output<typeof deviceValueSchema>;

const releaseAfter = durationBetween('PT5M', 'P30D').optional();
const tag = text(1, 200);
/** Defender's ids are opaque; only what could not stand in a path is none. */
const alertId = text(1, 128).refine((id) => !/^\.{1,2}$/.test(id), refusal('invalid_format', 'Must be an alert id.'));

/** The fields of each action besides machine and comment (contract §5). */
const isolate = {
  action: z.literal('Isolate'),
  isolationType: z.enum(['Full', 'Selective', 'UnManagedDevice']).default('Full'),
  releaseAfter,
} as const;

const commandTypes = ['PutFile', 'RunScript', 'GetFile'] as const;
const neededParam = { PutFile: 'FileName', RunScript: 'ScriptName', GetFile: 'Path' } as const;

const commandSchema = z
  .strictObject({
    type: z.enum(commandTypes),
    params: z
      .array(z.strictObject({ key: z.enum(['FileName', 'ScriptName', 'Args', 'Path']), value: text(1, 4096) }))
      .max(10),
  })
  .check(({ value, issues }) => {
    const needed = neededParam[value.type];
    if (value.params.some(({ key }) => key === needed)) return;
    const message = `${value.type} needs the parameter ${needed}.`;
    issues.push({ code: 'custom', input: value, path: ['params'], message, params: { code: 'required' } });
  });

/**
 * One schema per action. `more` holds the fields around them: machine and comment in a request, none in a tenant's
 * responses.
 */
export function actionSchemas<M extends z.core.$ZodLooseShape, C extends z.core.$ZodLooseShape>(onMachine: M, bare: C) {
  return [
    z.strictObject({ ...isolate, ...onMachine }),
    z.strictObject({ action: z.literal('Unisolate'), ...onMachine }),
    z.strictObject({ action: z.literal('RestrictCodeExecution'), releaseAfter, ...onMachine }),
    z.strictObject({ action: z.literal('UnrestrictCodeExecution'), ...onMachine }),
    z.strictObject({ action: z.literal('RunAntiVirusScan'), scanType: z.enum(['Quick', 'Full']), ...onMachine }),
    z
      .strictObject({
        action: z.literal('StopAndQuarantineFile'),
        sha1: sha1Schema.optional(),
        sha256: sha256Schema.optional(),
        ...onMachine,
      })
      .refine((file) => hasAny(file, ['sha1', 'sha256']), refusal('required', 'Give sha1 or sha256.')),
    z.strictObject({ action: z.literal('CollectInvestigationPackage'), ...onMachine }),
    z.strictObject({
      action: z.literal('LiveResponse'),
      commands: z
        .array(commandSchema)
        .min(1)
        .max(10)
        .refine(isInOrder, refusal('invalid_value', 'Must be in the order PutFile, RunScript, GetFile.')),
      ...onMachine,
    }),
    z.strictObject({ action: z.literal('Offboard'), ...onMachine }),
    z.strictObject({ action: z.literal('AddTag'), tag, ...onMachine }),
    z.strictObject({ action: z.literal('RemoveTag'), tag, ...onMachine }),
    z.strictObject({ action: z.literal('SetDeviceValue'), deviceValue: deviceValueSchema, ...onMachine }),
    z
      .strictObject({ action: z.literal('UpdateAlert'), alertId, ...triageShape, ...bare })
      .refine((update) => isFittingDetermination(update), unfittingDetermination),
    z.strictObject({
      action: z.literal('SubmitIndicator'),
      indicator: z.strictObject({ ...indicatorIdentityShape, action: indicatorActionSchema, ...indicatorDetailShape }),
      ...bare,
    }),
    z.strictObject({
      action: z.literal('DeleteIndicator'),
      indicator: z.strictObject(indicatorIdentityShape),
      ...bare,
    }),
  ] as const;
}

function hasAny(value: object, names: readonly string[]): boolean {
  return names.some((name) => Reflect.get(value, name) !== undefined);
}

function isInOrder(commands: readonly { readonly type: (typeof commandTypes)[number] }[]): boolean {
  const places = commands.map(({ type }) => commandTypes.indexOf(type));
  return places.every((place, index) => index === 0 || place >= (places[index - 1] ?? 0));
}
