import tseslint from 'typescript-eslint';

// The kinds of files (see "The tree" in the README): these suffixes may do I/O, every other file in functions/ and shared/ computes.
const ioFiles = ['triggers', '*.http', '*.timer', '*.work', '*.store', '*.client', 'main'];
const ioGlobs = ['functions', 'shared'].flatMap((top) => ioFiles.map((name) => `${top}/**/${name}.ts`));

// What a pure file may import besides its own kind: nothing that reads a clock, a network, an environment or chance.
const purePackages =
  '^(?!\\.|zod$|ipaddr\\.js$|csv-parse/sync$|node:url$|node:buffer$|node:zlib$|node:crypto$|node:assert$)';
const ioImport = '(?:\\.(?:http|timer|work|store|client)|/triggers|/main)\\.ts$';

const impureGlobals = [
  ['fetch', 'the network'],
  ['process', 'the environment'],
  ['setTimeout', 'time'],
  ['setInterval', 'time'],
  ['setImmediate', 'time'],
  ['console', 'the outside'],
  ['crypto', 'chance'],
  ['performance', 'time'],
].map(([name, what]) => ({ name, message: `A pure file does not touch ${what}: take it in as a value.` }));

const impureSyntax = [
  {
    selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
    message: 'The clock comes in as a value.',
  },
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'The clock comes in as a value.' },
  {
    selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']",
    message: 'Chance comes in as a value.',
  },
];

const noDefaultExport = { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' };
const noBarrel = { selector: 'ExportAllDeclaration', message: 'No barrels: import from the file that defines it.' };

const imports = (patterns) => ({ '@typescript-eslint/no-restricted-imports': ['error', { patterns }] });
const sharedNeverUp = { regex: '(?:^|/)functions/', message: 'shared/ never imports functions/.' };
const productNeverTest = { regex: '(?:^|/)test/', message: 'The product never imports its tests or stand-ins.' };
const pureOnly = [
  {
    regex: ioImport,
    message: 'A pure file imports only pure files (types may come from anywhere).',
    allowTypeImports: true,
  },
  {
    regex: purePackages,
    message: 'A pure file imports pure files, zod and the few listed packages.',
    allowTypeImports: true,
  },
  {
    group: ['node:crypto'],
    importNamePattern: '^(?!createHash$|createHmac$|timingSafeEqual$)',
    message: 'Only hashing is pure in node:crypto.',
  },
];
const scenarios = ['alert-ingest', 'response-action', 'indicator-sync', 'tenant-onboarding', 'operations'];
const noOtherScenario = (scenario) => ({
  regex: `(?:^|/)(?:${scenarios.filter((name) => name !== scenario).join('|')})/`,
  message: 'A scenario never imports another: ask through the engine or through state.',
});

export default tseslint.config(
  { ignores: ['node_modules/', 'dist/', '.local/'] },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts'],
    languageOptions: {
      parserOptions: { project: './tsconfig.json', tsconfigRootDir: new URL('..', import.meta.url).pathname },
    },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      eqeqeq: ['error', 'always'],
      'no-restricted-syntax': ['error', noDefaultExport, noBarrel],
    },
  },
  {
    // Where a tool asks for a default export, or a test reads best with a clock of its own.
    files: ['.config/*.ts', 'test/builders/global-setup.ts'],
    rules: { 'no-restricted-syntax': ['error', noBarrel] },
  },
  ...scenarios.map((scenario) => ({
    files: [`functions/${scenario}/**/*.ts`],
    rules: imports([noOtherScenario(scenario), productNeverTest]),
  })),
  { files: ['shared/**/*.ts'], rules: imports([sharedNeverUp, productNeverTest]) },
  {
    // The stand-ins are written from the reference: they share nothing with the product.
    files: ['test/local/simulator/**/*.ts', 'test/local/functions-host/**/*.ts'],
    rules: imports([
      { regex: '(?:\\.\\./)+(?:functions|shared)/', message: 'A stand-in shares nothing with the product.' },
    ]),
  },
  {
    files: ['functions/**/*.ts', 'shared/**/*.ts'],
    ignores: [...ioGlobs],
    rules: {
      'no-restricted-globals': ['error', ...impureGlobals],
      'no-restricted-syntax': ['error', noDefaultExport, noBarrel, ...impureSyntax],
    },
  },
  { files: ['shared/**/*.ts'], ignores: ioGlobs, rules: imports([sharedNeverUp, productNeverTest, ...pureOnly]) },
  ...scenarios.map((scenario) => ({
    files: [`functions/${scenario}/**/*.ts`],
    ignores: ioGlobs,
    rules: imports([noOtherScenario(scenario), productNeverTest, ...pureOnly]),
  })),
  {
    // Even where I/O is allowed, the clock and chance are handed in.
    files: ioGlobs,
    ignores: ['functions/main.ts'],
    rules: { 'no-restricted-syntax': ['error', noDefaultExport, noBarrel, ...impureSyntax] },
  },
);
