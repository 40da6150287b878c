import type { IndicatorSubmission } from './resource.ts';

/** The fields with their JSON types; `undefined` when one has another type. */
export function readFields(item: Readonly<Record<string, unknown>>): IndicatorSubmission | undefined {
  let isWellTyped = true;
  const read = <T>(name: string, isType: (value: unknown) => value is T, absent: T): T => {
    const value = item[name] ?? undefined;
    if (value === undefined) return absent;
    if (isType(value)) return value;
    isWellTyped = false;
    return absent;
  };
  const text = (name: string): string | null => read<string | null>(name, isString, null);
  const fields: IndicatorSubmission = {
    indicatorValue: text('indicatorValue') ?? '',
    indicatorType: text('indicatorType') ?? '',
    action: text('action') ?? '',
    severity: text('severity') ?? 'Informational',
    category: toCategory(read<string | number>('category', isNumberOrName, 1)),
    application: text('application'),
    educateUrl: text('educateUrl'),
    bypassDurationHours: text('bypassDurationHours'),
    title: text('title') ?? '',
    description: text('description') ?? '',
    recommendedActions: text('recommendedActions'),
    expirationTime: toTime(read<string | null>('expirationTime', isTime, null)),
    rbacGroupNames: read('rbacGroupNames', isStrings, []),
    rbacGroupIds: read('rbacGroupIds', isIntegers, []),
    notificationId: text('notificationId'),
    notificationBody: text('notificationBody'),
    version: text('version'),
    mitreTechniques: read('mitreTechniques', isStrings, []),
    historicalDetection: read('historicalDetection', isBoolean, false),
    lookBackPeriod: text('lookBackPeriod'),
    generateAlert: read('generateAlert', isBoolean, false),
    additionalInfo: text('additionalInfo'),
    externalId: text('externalId'),
    certificateInfo: item['certificateInfo'] ?? null,
  };
  return isWellTyped ? fields : undefined;
}

/** Sent by name or number, returned as a number; the names' numbers are not documented. */
function toCategory(value: string | number): number {
  return typeof value === 'number' ? value : 1;
}

/** Without a fraction when that is zero, as the API prints it; always UTC. */
function toTime(value: string | null): string | null {
  return value === null ? null : new Date(value).toISOString().replace('.000Z', 'Z');
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}

function isBoolean(value: unknown): value is boolean {
  return typeof value === 'boolean';
}

function isNumberOrName(value: unknown): value is string | number {
  return typeof value === 'string' || Number.isInteger(value);
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(isString);
}

function isIntegers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every(Number.isInteger);
}

function isTime(value: unknown): value is string {
  const pattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,7})?(?:Z|[+-]\d{2}:\d{2})$/;
  return isString(value) && pattern.test(value) && !Number.isNaN(Date.parse(value));
}
