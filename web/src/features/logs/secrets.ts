/** Known forms of keys and tokens. What an agent prints by mistake is not shown to everybody who reads its log. */
const SECRET =
  /\b(?:sk-(?:ant-)?[\w-]{20,}|gh[pousr]_\w{30,}|github_pat_\w{30,}|glpat-[\w-]{20,}|xox[abprs]-[\w-]{10,}|AKIA[0-9A-Z]{16}|AIza[\w-]{35}|trinity_mcp_[\w-]{16,}|eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,})/g

export const MASK = '••••••••'

/** Keeps the beginning, by which a key can be told from others. */
export function maskSecrets(text: string): string {
  // Most lines are too short or have none of these signs.
  if (text.length < 16) return text
  return text.replace(SECRET, (found) => found.slice(0, 6) + MASK)
}
