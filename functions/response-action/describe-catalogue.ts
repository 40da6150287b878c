import { actionNames } from '../../shared/contract/action.ts';
import type { ActionName } from '../../shared/contract/action.ts';
import { catalogue } from './catalogue.ts';
import { osRules } from './operating-systems.ts';
import type { OsRule } from './operating-systems.ts';

/** The catalogue as the table of the README: one line per action, in the contract's order. */
export function describeCatalogue(): string {
  const head = ['action', 'further fields', 'call', 'application roles', 'undone by', 'runs on'];
  const rows = actionNames.map((action) => toCells(action));
  const widths = head.map((_title, column) => Math.max(...[head, ...rows].map((row) => (row[column] ?? '').length), 3));
  const toLine = (cells: readonly string[]): string =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width)).join(' | ')} |`;
  return [toLine(head), toLine(widths.map((width) => '-'.repeat(width))), ...rows.map(toLine)].join('\n');
}

function toCells(action: ActionName): readonly string[] {
  const { parameters, call, roles, undoneBy, runsOn } = catalogue[action];
  return [
    `\`${action}\``,
    parameters,
    `\`${call}\``,
    roles.map((role) => `\`${role}\``).join(', '),
    undoneBy === undefined ? '' : `\`${undoneBy}\``,
    action === 'Isolate' ? describeIsolation() : describeRule(runsOn?.({})),
  ];
}

function describeIsolation(): string {
  const { fullIsolation, selectiveIsolation } = osRules;
  return `${describeRule(fullIsolation)}; \`Selective\`: ${describeRule(selectiveIsolation)}`;
}

function describeRule(rule: OsRule | undefined): string {
  if (rule === undefined) return '';
  const { windows10, server, linux, macOS } = rule;
  return [
    `Windows 10 ${windows10}`,
    server === undefined ? 'Server' : `Server ${server}`,
    ...(linux ? ['Linux'] : []),
    ...(macOS ? ['macOS'] : []),
  ].join(', ');
}
