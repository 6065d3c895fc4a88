import neostandard, { plugins, resolveIgnoresFromGitignore } from 'neostandard'

export default [
  { linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: 'error' } },
  ...neostandard({ ts: true, noJsx: true, ignores: resolveIgnoresFromGitignore() }),
  {
    rules: {
      complexity: ['error', 10],
      'max-lines': ['error', 250],
      'max-lines-per-function': ['error', 40]
    }
  },
  {
    files: ['**/*.ts'],
    plugins: { '@typescript-eslint': plugins['typescript-eslint'].plugin },
    rules: {
      '@typescript-eslint/ban-ts-comment': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      '@typescript-eslint/no-explicit-any': 'error',
      'no-restricted-syntax': ['error',
        { selector: 'TSEnumDeclaration', message: 'Use a union of literals.' },
        { selector: "TSModuleDeclaration[kind='namespace']", message: 'Use a module.' }
      ]
    }
  },
  {
    files: ['test/**/*.ts'],
    rules: { 'max-lines-per-function': ['error', 120] }
  }
]
