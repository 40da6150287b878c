/** Reads one inline constraint (`int`, `length(2,5)`, `regex(^a)`) as ASP.NET does; throws on an unknown one. */
export function readConstraint(text: string): Constraint {
  const parsed = /^([a-z]+)(?:\((.*)\))?$/is.exec(text);
  const create = constraints[parsed?.[1]?.toLowerCase() ?? ''];
  if (!create) throw new Error(`The constraint '${text}' is not known.`);
  return create(parsed?.[2] ?? '');
}

export type Constraint = (value: string) => boolean;

const constraints: Readonly<Record<string, (args: string) => Constraint>> = {
  int: () => isWithin(-(2n ** 31n), 2n ** 31n - 1n),
  long: () => isWithin(-(2n ** 63n), 2n ** 63n - 1n),
  bool: () => fits(/^(true|false)$/i),
  alpha: () => fits(/^[a-z]*$/i),
  guid: () =>
    fits(
      /^(?:[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\{[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\})$/i,
    ),
  decimal: () => fits(/^[+-]?(?:\d+(?:\.\d*)?|\.\d+)$/),
  double: () => fits(/^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i),
  float: () => fits(/^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i),
  datetime: () => (value) => !Number.isNaN(Date.parse(value)),
  required: () => (value) => value !== '',
  minlength: (args) => (value) => value.length >= Number(args),
  maxlength: (args) => (value) => value.length <= Number(args),
  length: (args) => {
    const [min = 0, max = min] = args.split(',').map(Number);
    return (value) => value.length >= min && value.length <= max;
  },
  min: (args) => isWithin(BigInt(args.trim()), 2n ** 63n - 1n),
  max: (args) => isWithin(-(2n ** 63n), BigInt(args.trim())),
  range: (args) => {
    const [min = '0', max = '0'] = args.split(',');
    return isWithin(BigInt(min.trim()), BigInt(max.trim()));
  },
  regex: (args) => fits(new RegExp(args, 'i')),
};

function fits(pattern: RegExp): Constraint {
  return (value) => pattern.test(value);
}

function isWithin(min: bigint, max: bigint): Constraint {
  return (value) =>
    /^[+-]?\d{1,20}$/.test(value) && BigInt(value.replace('+', '')) >= min && BigInt(value.replace('+', '')) <= max;
}
