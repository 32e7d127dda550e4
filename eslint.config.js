import tseslint from 'typescript-eslint';
import importX from 'eslint-plugin-import-x';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';

/** Arrows only downwards: who may import whom. A folder not named in `from` is free to import. */
const zones = [
  { target: './schema', from: ['./chaincode', './network', './api', './test'] },
  { target: './chaincode', from: ['./network', './api', './test'] },
  { target: './network', from: ['./api', './test'] },
  { target: './network/fabric', from: ['./chaincode'] },
  { target: './api', from: ['./test', './chaincode'], except: [] },
  { target: './api/!(main)/**', from: ['./network/embedded', './network/fabric'] },
];

const nonDeterministic = [
  {
    selector: "MemberExpression[object.name='Date'][property.name='now']",
    message: 'Chaincode reads no clock.',
  },
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'Chaincode reads no clock.' },
  {
    selector: "MemberExpression[object.name='Math'][property.name='random']",
    message: 'Chaincode is deterministic.',
  },
  { selector: "MemberExpression[object.name='process']", message: 'Chaincode reads no environment.' },
  { selector: 'MemberExpression[property.name=/^toLocale/]', message: 'Chaincode knows no locale.' },
  { selector: "MemberExpression[property.name='localeCompare']", message: 'Chaincode knows no locale.' },
  { selector: "Identifier[name='Intl']", message: 'Chaincode knows no locale.' },
  { selector: "CallExpression[callee.name='parseFloat']", message: 'Chaincode uses integers.' },
  { selector: "CallExpression[callee.name='setTimeout']", message: 'Chaincode has no timers.' },
  { selector: 'ForInStatement', message: 'Iterate ordered things only.' },
];

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', 'data/**', 'data.*/**', 'coverage/**'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.base],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { 'import-x': importX },
    settings: { 'import-x/resolver-next': [createTypeScriptImportResolver({ project: './tsconfig.json' })] },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/ban-ts-comment': 'error',
      eqeqeq: 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      'import-x/no-cycle': ['error', { ignoreExternal: true }],
      'import-x/no-restricted-paths': ['error', { zones }],
    },
  },
  {
    files: ['chaincode/**/*.ts'],
    ignores: ['chaincode/**/*.test.ts'],
    rules: { 'no-restricted-syntax': ['error', ...nonDeterministic] },
  },
);
