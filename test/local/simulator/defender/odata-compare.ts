/** A date stands bare in a query and keeps its digits. */
export type Literal = string | number | boolean | null | { readonly date: string };

/** Lists (device groups, tags) match when one of their members does. Text and enums are compared without regard to case. */
export function compare(operator: string, value: unknown, literal: Literal): boolean {
  if (Array.isArray(value)) {
    return operator === 'ne'
      ? !value.some((member) => compare('eq', member, literal))
      : value.some((member) => compare(operator, member, literal));
  }
  if (value === null || value === undefined || literal === null) {
    const isEqual = (value ?? null) === literal;
    return operator === 'eq' ? isEqual : operator === 'ne' && !isEqual;
  }
  const order = orderOf(value, literal);
  switch (operator) {
    case 'eq':
      return order === 0;
    case 'ne':
      return order !== 0;
    case 'gt':
      return order > 0;
    case 'ge':
      return order >= 0;
    case 'lt':
      return order < 0;
    default:
      return order <= 0;
  }
}

export function testText(name: string, value: unknown, literal: Literal): boolean {
  if (Array.isArray(value)) return value.some((member) => testText(name, member, literal));
  if (typeof value !== 'string' || typeof literal !== 'string') return false;
  const [text, part] = [value.toLowerCase(), literal.toLowerCase()];
  if (name === 'startswith') return text.startsWith(part);
  return name === 'endswith' ? text.endsWith(part) : text.includes(part);
}

/** Negative, zero or positive; NaN where the two cannot be compared. */
function orderOf(value: unknown, literal: Exclude<Literal, null>): number {
  if (typeof literal === 'object') return byText(toTicks(String(value)), toTicks(literal.date));
  if (typeof value === 'number') return value - Number(literal);
  if (typeof value === 'boolean' || typeof literal === 'boolean') return String(value) === String(literal) ? 0 : NaN;
  return byText(String(value).toLowerCase(), String(literal).toLowerCase());
}

function byText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Seven fractional digits, UTC, so that text order is time order: a JavaScript date would lose four of them. */
function toTicks(time: string): string {
  const fraction = /\.(\d{1,7})/.exec(time)?.[1] ?? '';
  const whole = time.replace(/\.\d+/, '');
  const isZoned = /(?:Z|[+-]\d{2}:\d{2})$/.test(whole) || !whole.includes('T');
  const atMs = Date.parse(isZoned ? whole : `${whole}Z`);
  return Number.isNaN(atMs) ? time : `${new Date(atMs).toISOString().slice(0, 19)}.${fraction.padEnd(7, '0')}`;
}
