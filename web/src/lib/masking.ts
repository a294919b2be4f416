/**
 * Known forms of secrets in what agents print, say and are given: hidden wherever it is shown, so that a key that was
 * written by mistake is not there for everybody who reads along. Only what can be told for sure; hashes, ids and prose
 * stay. The server hides the same in what it tells in lists (src/base/masking.h); both keep to the table
 * tests/support/masking.txt.
 */
export const MASK = '••••••••'

/** By as many characters a key can be told from others. */
const SHOWN = 6

/** A word begins: also behind an escaped end of line. */
const WORD = String.raw`(?:(?<![A-Za-z0-9_])|(?<=\\[nrt]))`
/** What stands for a value that is put in later, or is hidden already. */
const NO_VALUE = String.raw`(?![$<{*(=•]|os\.|process\.env)`
const NAME = '(?<![a-z])(?:TOKEN|SECRET|PASSWORD|PASSWD|API_?KEY|ACCESS_KEY|SECRET_KEY|PRIVATE_KEY)'
const MEMBER =
  '(?:password|passwd|(?:client_)?secret|api_?key|apiKey|x-api-key|(?:access|refresh)(?:_t|T)oken|auth_token|private_token)'
const COLON = String.raw`\\?["']\s?:\s?\\?["']`
const QUOTED = String.raw`[^"'\`\\\n]`
const ADDRESS = String.raw`\s/?#@"'<>\`\\`
const CODED = String.raw`[A-Za-z0-9+/=\s:,]`
/** In the middle of a private key: an escaped end of line; other escapes are not torn. */
const BETWEEN = String.raw`(?:-(?!-)|\\+[nr])`

const anyCase = (word: string) =>
  [...word].map((letter) => `[${letter}${letter.toUpperCase()}]`).join('')
const credential = (least: number) =>
  String.raw`(?=[A-Za-z_.~+/=-]{0,63}[0-9])[\w.~+/=-]{${least},}`

/** Keys of services; `end`: what a key may end at early, because its text was cut there. */
function keys(end: string): string {
  const run = (set: string, least: number) => `(?:${set}{${least},}|${set}{4,}(?=${end}))`
  const dashed = String.raw`[\w-]`
  return [
    `sk-(?:ant|proj|svcacct|admin|or-v1)-${run(dashed, 20)}`,
    'sk-(?=[A-Za-z]{0,47}[0-9])[A-Za-z0-9]{20,}',
    `[sr]k_(?:live|test)_${run('[A-Za-z0-9]', 16)}`,
    `whsec_${run('[A-Za-z0-9]', 24)}`,
    `AIza${run(dashed, 35)}`,
    String.raw`ya29\.${run(dashed, 20)}`,
    `(?:GOCSPX|glpat|gldt|glrt|glptt)-${run(dashed, 20)}`,
    String.raw`(?:gh[pousr]|github_pat)_${run(String.raw`\w`, 30)}`,
    String.raw`(?:xox[abeprs]|xapp)-(?=[A-Za-z_-]{0,9}[0-9])[\w-]{10,}`,
    String.raw`A[KS]IA[0-9A-Z]{16}(?!\w)`,
    `trinity_mcp_${run(dashed, 16)}`,
    `npm_${run('[A-Za-z0-9]', 36)}`,
    'hf_[A-Za-z0-9]{30,}',
    `dop_v1_${run('[A-Za-z0-9]', 40)}`,
    `pypi-${run(dashed, 60)}`,
    String.raw`(?<!-)eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.(?:[\w-]{10,}|[\w-]*(?=${end}))`,
  ].join('|')
}

/** What stays in front of a secret, and the secret. No part can be read again and again: texts may be hostile. */
const NAMED: readonly (readonly [kept: string, secret: string])[] = [
  [String.raw`${WORD}${anyCase('bearer')}\s{1,2}`, credential(16)],
  [
    String.raw`${WORD}${anyCase('authorization')}[\s"'\\:=]{1,6}(?:${['basic', 'token', 'bearer'].map(anyCase).join('|')})\s{1,2}`,
    credential(8),
  ],
  [String.raw`${NAME}=\\?["']`, `${NO_VALUE}${QUOTED}{6,}`],
  [`${NAME}=`, String.raw`${NO_VALUE}[^\s"'\`;&|<>()\\]{6,}`],
  [`${NAME}${COLON}`, `${NO_VALUE}${QUOTED}{6,}`],
  [`["']${MEMBER}${COLON}`, String.raw`${NO_VALUE}[^\s"'\`\\]{8,}(?![^\S\n])`],
  [
    String.raw`[?&][\w-]{0,48}?(?:token|secret|password|api[_-]?key)=`,
    String.raw`${NO_VALUE}[^\s&#"'\`<>\\]{8,}`,
  ],
  [`://[^:${ADDRESS}]{0,256}:`, `${NO_VALUE}[^${ADDRESS}]{1,512}(?=@)`],
  ['://', `${NO_VALUE}(?=[^:0-9${ADDRESS}]{0,256}[0-9])[^:${ADDRESS}]{20,256}(?=@)`],
  [
    '-----BEGIN [A-Z0-9 ]{0,28}PRIVATE KEY(?: BLOCK)?-----',
    `(?=(?:${CODED}|${BETWEEN})*?[A-Za-z0-9+/=]{16})${CODED}*(?:${BETWEEN}${CODED}*)*`,
  ],
]

function pattern(end: string): RegExp {
  const named = NAMED.map(([kept, secret]) => `(${kept})${secret}`)
  return new RegExp(`${WORD}(?:${keys(end)})|${named.join('|')}`, 'g')
}

const CUT = String.raw`\.\.\.|…`
const WHOLE = pattern(CUT)
const GROWING = pattern(`${CUT}|$`)

/** Without one of these there is no secret: most texts have none. */
const SIGN =
  /sk[-_]|rk_|sec_|AIza|ya29|GOCSPX|gl\w{2,3}-|gh[pousr]_|b_pat_|xox|xapp|A[KS]IA|_mcp_|npm_|hf_|_v1_|pypi-|eyJ|:\/\/|[bB][eE][aA][rR]|[aA][uU][tT][hH]|TOKEN|SECRET|PASS|_?KEY|[?&][\w-]+=|["']\s?:/

/** `growing`: more of the text is to come, so a key may have only begun at its end. */
export function maskSecrets(text: string, growing = false): string {
  if (text.length < 8 || !SIGN.test(text)) return text
  return text.replace(growing ? GROWING : WHOLE, (found, ...rest) => {
    const kept = rest.slice(0, NAMED.length).find((part) => part !== undefined) as
      string | undefined
    if (kept === undefined) return found.slice(0, SHOWN) + MASK
    // What leads to a secret may hold another one: the user of an address. It is short.
    return kept.charAt(0) + maskSecrets(kept.slice(1)) + MASK
  })
}
