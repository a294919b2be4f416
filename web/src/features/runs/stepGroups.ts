import type { Step, ToolStep } from './transcript'

/** A text of its own, or calls that follow each other. */
export type Part =
  | { kind: 'text'; key: string; text: string }
  | { kind: 'tools'; key: string; steps: readonly ToolStep[] }

/** What of a run belongs into a conversation: what was said and which tools were called. */
export function partsOf(steps: readonly Step[]): readonly Part[] {
  const parts: Part[] = []
  let tools: ToolStep[] = []
  for (const step of steps) {
    if (step.kind === 'tool') {
      if (tools.length === 0) parts.push({ kind: 'tools', key: step.key, steps: tools })
      tools.push(step)
    } else if (step.kind === 'text') {
      tools = []
      parts.push(step)
    }
  }
  return parts
}
