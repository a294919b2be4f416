import js from '@eslint/js'
import prettier from 'eslint-config-prettier'
import vue from 'eslint-plugin-vue'
import ts from 'typescript-eslint'

const browser = [
  'window',
  'document',
  'location',
  'navigator',
  'localStorage',
  'fetch',
  'WebSocket',
  'URL',
  'Blob',
  'setTimeout',
  'clearTimeout',
  'setInterval',
  'clearInterval',
  'AbortController',
  'IntersectionObserver',
  'ResizeObserver',
  'matchMedia',
  'BroadcastChannel',
  'getComputedStyle',
  'requestAnimationFrame',
  'console',
  'FormData',
  'Response',
  'Headers',
  'performance',
]

export default ts.config(
  { ignores: ['dist', 'node_modules', 'src/api/schema.d.ts'] },
  js.configs.recommended,
  ...ts.configs.strict,
  ...vue.configs['flat/recommended'],
  {
    files: ['**/*.vue'],
    languageOptions: { parserOptions: { parser: ts.parser } },
  },
  {
    languageOptions: {
      globals: Object.fromEntries(
        [...browser, 'process', 'Buffer'].map((name) => [name, 'readonly']),
      ),
    },
    rules: {
      'no-undef': 'off', // vue-tsc knows the globals better
      'no-console': ['error', { allow: ['warn', 'error'] }],
      'no-alert': 'error',
      'vue/no-v-html': 'error', // everything an agent writes is untrusted
      'vue/multi-word-component-names': 'off',
      'vue/require-default-prop': 'off',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
    },
  },
  {
    // What browsers have in secure contexts only: Trinity is reached by plain http, too.
    files: ['src/**'],
    ignores: ['src/lib/toClipboard.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'crypto', property: 'randomUUID', message: 'Use uniqueKey().' },
        { object: 'crypto', property: 'subtle', message: 'Not there over plain http.' },
        { object: 'navigator', property: 'clipboard', message: 'Use useCopying().' },
      ],
    },
  },
  { files: ['dev/**'], rules: { 'no-console': 'off' } },
  prettier,
)
