import { createRequire } from 'node:module';
import schema from '../local/simulator/hunting/schema.json' with { type: 'json' };

/** A query as Microsoft's own parser and checker sees it, with the tables that Defender has. */
export interface ParsedKql {
  /** Messages of the errors; none when Defender would take it. */
  readonly errors: readonly string[];
  /** Kinds of the nodes, in order: the same for two queries that differ in their literals alone. */
  readonly shape: readonly string[];
  /** The values of its text literals, decoded, in order. */
  readonly texts: readonly string[];
}

interface KustoNode {
  readonly Kind: unknown;
  readonly ChildCount: number;
  readonly LiteralValue?: unknown;
  GetChild(index: number): KustoNode | null;
}
interface KustoTable {
  WithName(name: string): KustoTable;
}
interface Library {
  readonly Bridge: { toArray(list: object): readonly { readonly Severity: string; readonly Message: string }[] };
  readonly Kusto: {
    readonly Language: {
      readonly KustoCode: {
        ParseAndAnalyze(text: string, globals: object): { readonly Syntax: KustoNode; GetDiagnostics(): object };
      };
      readonly GlobalState: { readonly Default: { WithDatabase(database: object): object } };
      readonly Symbols: {
        readonly TableSymbol: { From(columns: string): KustoTable };
        readonly DatabaseSymbol: { readonly ctor: new (name: string, tables: readonly KustoTable[]) => object };
      };
      readonly Syntax: { readonly SyntaxKind: Readonly<Record<string, unknown>> };
    };
  };
}

/** Loads Microsoft's parser, which takes a second. */
export function createKqlParser(): (query: string) => ParsedKql {
  const require = createRequire(import.meta.url);
  require('@kusto/language-service-next/bridge.min.js');
  require('@kusto/language-service-next/Kusto.Language.Bridge.min.js');
  const { Bridge, Kusto } = globalThis as unknown as Library;
  const { KustoCode, GlobalState, Symbols, Syntax } = Kusto.Language;
  const tables = Object.entries(schema).map(([name, columns]) =>
    Symbols.TableSymbol.From(`(${columns.replaceAll('boolean', 'bool')})`).WithName(name),
  );
  const globals = GlobalState.Default.WithDatabase(new Symbols.DatabaseSymbol.ctor('Hunting', tables));
  const kinds = new Map(Object.entries(Syntax.SyntaxKind).map(([name, value]) => [value, name]));
  return (query) => {
    const code = KustoCode.ParseAndAnalyze(query, globals);
    const found = { shape: [] as string[], texts: [] as string[] };
    const visit = (node: KustoNode): void => {
      const kind = kinds.get(node.Kind) ?? String(node.Kind);
      found.shape.push(kind);
      if (kind === 'StringLiteralExpression') found.texts.push(String(node.LiteralValue));
      for (let index = 0; index < node.ChildCount; index += 1) {
        const child = node.GetChild(index);
        if (child !== null) visit(child);
      }
    };
    visit(code.Syntax);
    const errors = Bridge.toArray(code.GetDiagnostics()).filter(({ Severity }) => Severity === 'Error');
    return { errors: errors.map(({ Message }) => Message), ...found };
  };
}
