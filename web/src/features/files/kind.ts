/** How a file is shown. `sniff`: its name does not tell; its first bytes do. */
export type FileKind =
  'image' | 'video' | 'audio' | 'markdown' | 'text' | 'archive' | 'other' | 'sniff'

const KINDS: Readonly<Record<Exclude<FileKind, 'sniff'>, string>> = {
  image: 'png jpg jpeg gif webp svg ico bmp avif',
  video: 'mp4 webm mov',
  audio: 'mp3 wav ogg m4a flac aac',
  markdown: 'md markdown',
  text:
    'txt json yaml yml toml xml csv tsv log js mjs cjs ts mts jsx tsx py go rs rb java kt c h cc cpp hpp cs css scss ' +
    'sass less html htm vue svelte sh bash zsh fish ps1 bat cmd sql graphql proto env ini conf cfg properties diff patch lock ' +
    'gitignore gitattributes editorconfig dockerignore npmrc bashrc profile',
  archive: 'zip tar gz tgz bz2 xz zst 7z rar',
  other:
    'pdf wasm so o a exe bin class pyc db sqlite sqlite3 woff woff2 ttf otf doc docx xls xlsx ppt pptx',
}
const BY_EXTENSION = new Map(
  Object.entries(KINDS).flatMap(([kind, extensions]) =>
    extensions.split(' ').map((one) => [one, kind as FileKind] as const),
  ),
)
const BY_NAME = new Map<string, FileKind>(
  ['dockerfile', 'makefile', 'license', 'readme', 'caddyfile', 'procfile'].map((one) => [
    one,
    'text',
  ]),
)

export function extensionOf(name: string): string {
  const at = name.lastIndexOf('.')
  return at < 0 ? '' : name.slice(at + 1).toLowerCase()
}

export function kindOf(name: string): FileKind {
  return BY_NAME.get(name.toLowerCase()) ?? BY_EXTENSION.get(extensionOf(name)) ?? 'sniff'
}

export function isTextual(kind: FileKind): boolean {
  return kind === 'text' || kind === 'markdown' || kind === 'sniff'
}

/** Text of a file's first bytes; null when it is none. What is cut may end within a character. */
export function textOf(bytes: Uint8Array, whole: boolean): string | null {
  if (bytes.subarray(0, 8192).includes(0)) return null
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes, {
      stream: !whole,
    })
  } catch {
    return null
  }
}
