// The programs outside of web/: tests, measurements, helpers of the scripts, and the viewer of the API. Run from the root of
// the repository; it lies here because the packages do.
import js from '@eslint/js'
import prettier from 'eslint-config-prettier'

const named = (...names) => Object.fromEntries(names.map((name) => [name, 'readonly']))

const node = named(
  ...['process', 'Buffer', 'console', 'performance', 'fetch', 'WebSocket', 'FormData', 'Blob'],
  ...['URL', 'URLSearchParams', 'AbortController', 'AbortSignal', 'TextDecoder', 'TextEncoder'],
  ...[
    'setTimeout',
    'clearTimeout',
    'setInterval',
    'clearInterval',
    'setImmediate',
    'structuredClone',
  ],
)
const browser = named(
  ...[
    'document',
    'window',
    'location',
    'addEventListener',
    'getComputedStyle',
    'requestAnimationFrame',
  ],
  ...[
    'innerWidth',
    'HTMLDetailsElement',
    'MutationObserver',
    'localStorage',
    'console',
    'fetch',
    'URL',
  ],
)

export default [
  { ignores: ['**/node_modules/**'] },
  js.configs.recommended,
  {
    files: ['tests/**', 'bench/**'],
    languageOptions: { globals: node },
  },
  {
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      eqeqeq: 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      'no-unused-vars': ['error', { args: 'all', argsIgnorePattern: '^_' }],
      'no-constructor-return': 'error',
      'no-template-curly-in-string': 'error',
      'no-self-compare': 'error',
    },
  },
  {
    // Code that runs inside the page.
    files: ['tests/e2e/**', 'api/viewer/**'],
    languageOptions: { globals: browser },
  },
  prettier,
]
