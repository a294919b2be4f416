import type { Extension } from '@codemirror/state'
import { StreamLanguage, type StreamParser } from '@codemirror/language'
import { extensionOf } from './kind'

type Load = () => Promise<Extension>

const stream =
  (load: () => Promise<StreamParser<unknown>>): Load =>
  async () =>
    StreamLanguage.define(await load())

const javascript =
  (options: { jsx?: boolean; typescript?: boolean }): Load =>
  async () =>
    (await import('@codemirror/lang-javascript')).javascript(options)
const shell = stream(async () => (await import('@codemirror/legacy-modes/mode/shell')).shell)
const clike = (which: 'c' | 'cpp' | 'java' | 'kotlin' | 'csharp') =>
  stream(async () => (await import('@codemirror/legacy-modes/mode/clike'))[which])
const html: Load = async () => (await import('@codemirror/lang-html')).html()
const css: Load = async () => (await import('@codemirror/lang-css')).css()
const xml: Load = async () => (await import('@codemirror/lang-xml')).xml()
const yaml: Load = async () => (await import('@codemirror/lang-yaml')).yaml()
const markdown: Load = async () => (await import('@codemirror/lang-markdown')).markdown()
const properties = stream(
  async () => (await import('@codemirror/legacy-modes/mode/properties')).properties,
)

const BY_EXTENSION: Readonly<Record<string, Load>> = {
  js: javascript({ jsx: true }),
  mjs: javascript({ jsx: true }),
  cjs: javascript({ jsx: true }),
  jsx: javascript({ jsx: true }),
  ts: javascript({ typescript: true }),
  mts: javascript({ typescript: true }),
  tsx: javascript({ jsx: true, typescript: true }),
  json: async () => (await import('@codemirror/lang-json')).json(),
  py: async () => (await import('@codemirror/lang-python')).python(),
  md: markdown,
  markdown,
  yaml,
  yml: yaml,
  html,
  htm: html,
  vue: html,
  svelte: html,
  css,
  scss: css,
  less: css,
  xml,
  svg: xml,
  sh: shell,
  bash: shell,
  zsh: shell,
  env: properties,
  ini: properties,
  conf: properties,
  properties,
  toml: stream(async () => (await import('@codemirror/legacy-modes/mode/toml')).toml),
  go: stream(async () => (await import('@codemirror/legacy-modes/mode/go')).go),
  rs: stream(async () => (await import('@codemirror/legacy-modes/mode/rust')).rust),
  rb: stream(async () => (await import('@codemirror/legacy-modes/mode/ruby')).ruby),
  sql: stream(async () => (await import('@codemirror/legacy-modes/mode/sql')).standardSQL),
  diff: stream(async () => (await import('@codemirror/legacy-modes/mode/diff')).diff),
  patch: stream(async () => (await import('@codemirror/legacy-modes/mode/diff')).diff),
  c: clike('c'),
  h: clike('cpp'),
  cc: clike('cpp'),
  cpp: clike('cpp'),
  hpp: clike('cpp'),
  cs: clike('csharp'),
  java: clike('java'),
  kt: clike('kotlin'),
}
const docker = stream(
  async () => (await import('@codemirror/legacy-modes/mode/dockerfile')).dockerFile,
)

/** How to read a file by its name; null when it is plain text. Each language is fetched when the first file needs it. */
export function languageOf(name: string): Load | null {
  if (/^(dockerfile|containerfile)/i.test(name)) return docker
  return BY_EXTENSION[extensionOf(name)] ?? null
}
