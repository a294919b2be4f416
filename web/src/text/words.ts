/** "1 agent", "3 agents". */
export const agents = (n: number) => (n === 1 ? '1 agent' : `${n} agents`)
