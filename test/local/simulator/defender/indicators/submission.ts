import { isRecord } from '../../http/exchange.ts';
import { defenderError } from '../errors.ts';
import { indicatorActions, indicatorSeverities, indicatorTypes } from './resource.ts';
import { readFields } from './submission-fields.ts';
import { normaliseValue } from './values.ts';
import type { Switches } from '../../switches.ts';
import type { DefenderError } from '../errors.ts';
import type { IndicatorAction, IndicatorSubmission, IndicatorType } from './resource.ts';

const requiredFields = ['indicatorValue', 'indicatorType', 'action', 'title', 'description'] as const;

const fileActions: readonly IndicatorAction[] = indicatorActions;
const networkActions: readonly IndicatorAction[] = ['Allowed', 'Audit', 'Warn', 'Block'];
const actionsOf: Readonly<Record<IndicatorType, readonly IndicatorAction[]>> = {
  FileSha1: fileActions,
  FileSha256: fileActions,
  FileMd5: fileActions,
  CertificateThumbprint: ['Allowed', 'BlockAndRemediate'],
  IpAddress: networkActions,
  DomainName: networkActions,
  Url: networkActions,
};

/** Checks one indicator of a submit or an import. Names are case-sensitive; names that nobody knows are ignored. */
export function readSubmission(item: unknown, nowMs: number, switches: Switches): IndicatorSubmission | DefenderError {
  if (!isRecord(item)) return defenderError('InvalidRequestBody', 'Request body is incorrect');
  const missing = requiredFields.find((name) => item[name] === undefined || item[name] === null);
  if (missing) return defenderError('MissingRequiredParameter', `Parameter ${missing} is missing`);
  const fields = readFields(item);
  if (!fields) return defenderError('InvalidRequestBody', 'Request body is incorrect');
  const error = checkChoices(fields, switches) ?? checkExpiration(fields, nowMs, switches);
  if (error) return error;
  const value = normaliseValue(fields.indicatorType as IndicatorType, fields.indicatorValue);
  return typeof value === 'string' ? { ...fields, indicatorValue: value } : value;
}

function checkChoices(fields: IndicatorSubmission, switches: Switches): DefenderError | undefined {
  const invalid = (text: string): DefenderError => defenderError('InvalidInput', `Invalid input ${text}`);
  const type = indicatorTypes.find((name) => name === fields.indicatorType);
  const action = indicatorActions.find((name) => name === fields.action);
  if (!type || (type === 'FileMd5' && switches.rejectMd5)) return invalid(`indicatorType: ${fields.indicatorType}`);
  if (!action) return invalid(`action: ${fields.action}`);
  if (!indicatorSeverities.some((name) => name === fields.severity)) return invalid(`severity: ${fields.severity}`);
  if (!actionsOf[type].includes(action)) return invalid(`action: ${action} is not supported for ${type}`);
  if (action === 'Audit' && !fields.generateAlert) return invalid('generateAlert: must be true for action Audit');
  return undefined;
}

function checkExpiration(fields: IndicatorSubmission, nowMs: number, switches: Switches): DefenderError | undefined {
  if (fields.expirationTime === null || switches.acceptPastExpiration) return undefined;
  const isPast = Date.parse(fields.expirationTime) <= nowMs;
  return isPast
    ? defenderError('InvalidInput', `Invalid input expirationTime: ${fields.expirationTime} is in the past`)
    : undefined;
}
