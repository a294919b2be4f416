import { maskSecrets } from '@/lib/masking'

/**
 * The transcript of a run as people read it: what was said, which tools were called with what, and how it ended. Raw
 * messages come as the agent's runtime wrote them and are only read, never trusted.
 */
export type Step =
  | { kind: 'begin'; key: string; model: string; tools: number; servers: readonly string[] }
  | { kind: 'text'; key: string; text: string }
  | ToolStep
  | {
      kind: 'end'
      key: string
      failed: boolean
      turns: number | null
      ms: number | null
      cost: number | null
      text: string
    }

export interface ToolStep {
  kind: 'tool'
  key: string
  id: string
  name: string
  summary: string
  input: Readonly<Record<string, unknown>> | null
  /** What came back; null while it is at work. */
  result: string | null
  failed: boolean
  ms: number | null
}

/** What the record says about a call, beyond the transcript. */
interface Timing {
  ms: number | null
  failed: boolean
}

type Fields = Readonly<Record<string, unknown>>

function fieldsOf(value: unknown): Fields | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Fields)
    : null
}
const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null)
const numberOf = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) ? value : null
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/** "mcp__search__find" is the tool `find` of the server `search`. */
export function toolName(name: string): string {
  const [, server, tool] = /^mcp__(.+?)__(.+)$/.exec(name) ?? []
  return server === undefined ? name : `${server}: ${tool}`
}

const TELLING = [
  'command',
  'file_path',
  'notebook_path',
  'path',
  'pattern',
  'query',
  'url',
  'description',
  'skill',
  'prompt',
] as const
const SUMMARY_CHARS = 160
/** A summary is made from no more. */
const LOOKED_AT = 2_000

/** What a call is about, in one line. */
export function toolSummary(input: Fields | null): string {
  if (input === null) return ''
  const telling = TELLING.map((name) => input[name]).find(
    (value): value is string => typeof value === 'string' && value !== '',
  )
  const whole = telling ?? (Object.keys(input).length === 0 ? '' : JSON.stringify(input))
  const line = maskSecrets(whole.slice(0, LOOKED_AT)).replace(/\s+/g, ' ').trim()
  return line.length > SUMMARY_CHARS ? `${line.slice(0, SUMMARY_CHARS)}…` : line
}

/** The text of a tool's result: blocks joined by new lines. */
export function resultText(content: unknown): string {
  if (typeof content === 'string') return content
  const parts = listOf(content).map((one) => {
    const block = fieldsOf(one)
    if (block === null) return textOf(one) ?? ''
    return textOf(block.text) ?? (block.type === 'image' ? '[image]' : JSON.stringify(block))
  })
  if (parts.length > 0) return parts.join('\n')
  return content === null || content === undefined ? '' : JSON.stringify(content)
}

/** Puts raw messages together to steps, as they come. The list is replaced, never changed. */
export class TranscriptBook {
  steps: readonly Step[] = []
  /** The index of the next raw message. */
  read = 0
  #from = 0
  #raw: unknown[] = []
  readonly #tools = new Map<string, number>()
  readonly #startedAt = new Map<string, number>()

  /** Begins anew; `from` is the index of the first raw message that will come. */
  clear(from = 0): void {
    this.steps = []
    this.read = from
    this.#from = from
    this.#raw = []
    this.#tools.clear()
    this.#startedAt.clear()
  }

  /** `at` is when they came, for messages that come as they happen: then calls get their time from it. */
  add(entries: readonly unknown[], at: number | null = null): void {
    if (entries.length === 0) return
    const next = [...this.steps]
    this.#raw.push(...entries)
    for (const entry of entries) {
      this.#read(next, entry, this.read, at)
      this.read += 1
    }
    this.steps = next
  }

  /** What was told from this index on is told again, and differently. */
  cut(index: number): void {
    if (index >= this.read) return
    const kept = this.#raw.slice(0, Math.max(0, index - this.#from))
    this.clear(Math.min(this.#from, index))
    this.add(kept)
  }

  /** The record knows how long each call took. */
  time(calls: ReadonlyMap<string, Timing>): void {
    this.steps = this.steps.map((step) => {
      const timing = step.kind === 'tool' ? calls.get(step.id) : undefined
      return step.kind === 'tool' && timing !== undefined
        ? { ...step, ms: timing.ms ?? step.ms, failed: step.failed || timing.failed }
        : step
    })
  }

  #read(into: Step[], entry: unknown, index: number, at: number | null): void {
    const raw = typeof entry === 'string' ? (parsed(entry) ?? entry) : entry
    if (typeof raw === 'string') {
      if (raw.trim() !== '') into.push({ kind: 'text', key: `${index}`, text: raw })
      return
    }
    const message = fieldsOf(raw)
    if (message === null) return
    switch (message.type) {
      case 'system':
        if (message.subtype === 'init') into.push(beginOf(message, index))
        return
      case 'assistant':
      case 'user':
        this.#blocks(into, message, index, at)
        return
      case 'result':
        into.push(endOf(message, index))
        return
      case 'tool_use':
        this.#call(into, message, textOf(message.tool) ?? '', `${index}`, at)
        return
      case 'tool_result':
        this.#result(into, textOf(message.id), message.output, message.success === false, at)
    }
  }

  #blocks(into: Step[], message: Fields, index: number, at: number | null): void {
    const content = fieldsOf(message.message)?.content ?? message.content
    const said = message.type === 'assistant'
    if (typeof content === 'string') {
      if (said && content.trim() !== '') into.push({ kind: 'text', key: `${index}`, text: content })
      return
    }
    for (const [n, one] of listOf(content).entries()) {
      const block = fieldsOf(one)
      const key = `${index}.${n}`
      const text = textOf(block?.text)
      if (block?.type === 'text' && said && text !== null && text.trim() !== '')
        into.push({ kind: 'text', key, text })
      else if (block?.type === 'tool_use')
        this.#call(into, block, textOf(block.name) ?? '', key, at)
      else if (block?.type === 'tool_result')
        this.#result(into, textOf(block.tool_use_id), block.content, block.is_error === true, at)
    }
  }

  #call(into: Step[], block: Fields, name: string, key: string, at: number | null): void {
    const id = textOf(block.id) ?? key
    const input = fieldsOf(block.input)
    this.#tools.set(id, into.length)
    if (at !== null) this.#startedAt.set(id, at)
    into.push({
      kind: 'tool',
      key,
      id,
      name: toolName(name),
      summary: toolSummary(input),
      input,
      result: null,
      failed: false,
      ms: null,
    })
  }

  #result(
    into: Step[],
    id: string | null,
    content: unknown,
    failed: boolean,
    at: number | null,
  ): void {
    const where = id === null ? undefined : this.#tools.get(id)
    const step = where === undefined ? undefined : into[where]
    if (id === null || where === undefined || step?.kind !== 'tool') return
    const began = this.#startedAt.get(id)
    into[where] = {
      ...step,
      result: resultText(content),
      failed,
      ms: at !== null && began !== undefined ? at - began : step.ms,
    }
  }
}

function parsed(line: string): unknown {
  try {
    const value: unknown = JSON.parse(line)
    return fieldsOf(value)
  } catch {
    return null
  }
}

function beginOf(message: Fields, index: number): Step {
  return {
    kind: 'begin',
    key: `${index}`,
    model: textOf(message.model) ?? '',
    tools: listOf(message.tools).length,
    servers: listOf(message.mcp_servers)
      .map((one) => textOf(fieldsOf(one)?.name))
      .filter((name) => name !== null),
  }
}

function endOf(message: Fields, index: number): Step {
  return {
    kind: 'end',
    key: `${index}`,
    failed: message.is_error === true,
    turns: numberOf(message.num_turns),
    ms: numberOf(message.duration_ms),
    cost: numberOf(message.total_cost_usd) ?? numberOf(message.cost_usd),
    text: textOf(message.result) ?? '',
  }
}

/** A stored transcript: an array, the JSON text of one, or plain text. */
export function entriesOf(log: unknown): readonly unknown[] {
  if (Array.isArray(log)) return log
  if (typeof log !== 'string' || log === '') return []
  try {
    const value: unknown = JSON.parse(log)
    if (Array.isArray(value)) return value
  } catch {
    // plain text
  }
  return log.split('\n')
}

/** The calls that a record or a stored message tells of, as steps. */
export function stepsOfCalls(toolCalls: string | null): readonly ToolStep[] {
  const book = new TranscriptBook()
  book.add(entriesOf(toolCalls))
  book.time(timesOf(toolCalls))
  return book.steps.filter((step) => step.kind === 'tool')
}

export function timesOf(toolCalls: string | null): ReadonlyMap<string, Timing> {
  const times = new Map<string, Timing>()
  for (const one of entriesOf(toolCalls)) {
    const call = fieldsOf(one)
    const id = textOf(call?.id)
    if (call === null || id === null) continue
    const before = times.get(id)
    times.set(id, {
      ms: numberOf(call.duration_ms) ?? before?.ms ?? null,
      failed: call.success === false || before?.failed === true,
    })
  }
  return times
}
