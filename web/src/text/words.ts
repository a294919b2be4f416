/** "1 agent", "3 agents". */
export const counted = (n: number, one: string) =>
  n === 1 ? `1 ${one}` : `${n.toLocaleString()} ${one}s`

export const agents = (n: number) => (n === 1 ? '1 agent' : `${n} agents`)
