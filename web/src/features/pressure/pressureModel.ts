import type { AgentPressure, TurnPressure } from '@/api/pressure'
import { bytesText, formatPercent } from '@/format/quantity'
import { formatDuration, parseUtc } from '@/format/time'
import { text } from '@/text/en'

export type Level = 'good' | 'attention' | 'bad' | 'unknown'
export type Part = 'turn' | 'cpu' | 'memory' | 'disk' | 'network'

/** What is to be thought of one part, and what can be done about it. */
export interface Finding {
  readonly level: Level
  /** A few words, and one sentence with the figure behind them: for the line above all parts. Empty when all is well. */
  readonly title: string
  readonly note: string
  /** One plain sentence, with the next step when there is one. */
  readonly sentence: string
  /** What helps: a higher limit, or an end of the turn. */
  readonly remedy: 'limit' | 'stop' | null
}

/** The same bounds by which the server calls an agent slow or stuck. */
const HELD = 50
const SLOWED = 10
const NEARLY_FULL = 95
const TIGHT = 80
const STALLED = 20
const MODEL_SLOW_MS = 60_000
const MODEL_SILENT_MS = 300_000
const TOOL_LONG_MS = 120_000
const TOOL_STUCK_MS = 900_000
const START_SLOW_MS = 30_000
/** Nothing through the network for so long of waiting is worth a word. */
const NO_TRAFFIC_MS = 30_000
const NO_TRAFFIC_BYTES = 16

const words = text.pressure

const good = (sentence: string): Finding => ({
  level: 'good',
  title: '',
  note: '',
  sentence,
  remedy: null,
})
const unknown = (sentence: string): Finding => ({ ...good(sentence), level: 'unknown' })

interface Saying {
  readonly title: string
  readonly note: (figure: string) => string
  readonly sentence: string
}

const found = (
  level: 'attention' | 'bad',
  { title, note, sentence }: Saying,
  figure: string,
  remedy: Finding['remedy'] = null,
): Finding => ({ level, title, note: note(figure), sentence, remedy })

const atLeast = (value: number | null, bound: number): value is number =>
  value !== null && value >= bound

export function cpuFinding({ cpu }: AgentPressure): Finding {
  const { percent, limit_cores: limit, throttled_percent: still, some_avg10: waited } = cpu
  if (percent === null) return unknown(words.noFigures)
  if (atLeast(still, HELD)) return found('bad', words.cpu.held, formatPercent(still), 'limit')
  if (atLeast(still, SLOWED))
    return found('attention', words.cpu.slowed, formatPercent(still), 'limit')
  const full = limit !== null && percent / limit >= NEARLY_FULL
  if (full && still === null) return found('attention', words.cpu.full, '', 'limit')
  if (atLeast(waited, STALLED) && !full)
    return found('attention', words.cpu.crowded, formatPercent(waited))
  return good(words.cpu.good)
}

export function memoryFinding({ memory }: AgentPressure): Finding {
  const { used_bytes: used, limit_bytes: limit, percent } = memory
  const { full_avg10: stalled, some_avg10: waited, oom_kills: kills, max_events: hits } = memory
  if (used === null) return unknown(words.noFigures)
  const left = bytesText(Math.max(0, (limit ?? 0) - used))
  // Without a limit the share is that of the machine.
  if (atLeast(percent, NEARLY_FULL))
    return found('bad', limit ? words.memory.full : words.memory.greedy, left, 'limit')
  if (atLeast(stalled, STALLED))
    return found('bad', words.memory.stalled, formatPercent(stalled), 'limit')
  if (atLeast(kills, 1))
    return found('attention', words.memory.kills, kills.toLocaleString(), 'limit')
  if (atLeast(waited, STALLED))
    return found('attention', words.memory.waits, formatPercent(waited), 'limit')
  if (!limit) return good(words.memory.unlimited)
  if (atLeast(percent, TIGHT)) return found('attention', words.memory.tight, left, 'limit')
  return good(atLeast(hits, 1) ? words.memory.touched : words.memory.good(left))
}

export function diskFinding({ disk }: AgentPressure): Finding {
  const { full_avg10: stalled, some_avg10: waited } = disk
  if (atLeast(stalled, STALLED)) return found('bad', words.disk.stalled, formatPercent(stalled))
  if (atLeast(waited, STALLED)) return found('attention', words.disk.waits, formatPercent(waited))
  if (waited !== null) return good(words.disk.good)
  const rates = disk.read_bytes_per_s !== null || disk.write_bytes_per_s !== null
  return unknown(rates ? words.disk.ratesOnly : words.disk.unknown)
}

export function networkFinding({ network, turn }: AgentPressure, sinceMs: number): Finding {
  const { rx_bytes_per_s: received, tx_bytes_per_s: sent } = network
  if (received === null || sent === null) return unknown(words.network.unknown)
  const nothing = received + sent < NO_TRAFFIC_BYTES
  const waits = turn?.now === 'model' && nowMs(turn, sinceMs) >= NO_TRAFFIC_MS
  if (nothing && waits) return found('attention', words.network.silent, '', 'stop')
  return good(nothing ? words.network.quiet : words.network.moves)
}

/** `sinceMs` is how long ago the turn was told of: it goes on meanwhile. */
export function turnFinding(turn: TurnPressure | null, sinceMs: number): Finding {
  if (turn === null) return good(words.turn.none)
  const ms = nowMs(turn, sinceMs)
  const span = formatDuration(ms)
  switch (turn.now) {
    case 'model':
      if (ms >= MODEL_SILENT_MS) return found('bad', words.turn.silentModel, span, 'stop')
      if (ms >= MODEL_SLOW_MS) return found('attention', words.turn.slowModel, span, 'stop')
      break
    case 'tool': {
      const of = ({
        title,
        ...rest
      }: typeof words.turn.longTool | typeof words.turn.stuckTool) => ({
        title: title(toolName(turn)),
        ...rest,
      })
      if (ms >= TOOL_STUCK_MS) return found('bad', of(words.turn.stuckTool), span, 'stop')
      if (ms >= TOOL_LONG_MS) return found('attention', of(words.turn.longTool), span, 'stop')
      break
    }
    case 'start':
      if (ms >= START_SLOW_MS) return found('attention', words.turn.slowStart, span, 'stop')
  }
  return good(mostly(turn, sinceMs))
}

/** What most of the turn's time went into. */
function mostly(turn: TurnPressure, sinceMs: number): string {
  const parts = [...turnParts(turn, sinceMs)].sort((a, b) => b.ms - a.ms)
  const [most] = parts
  return most === undefined ? '' : words.turn.mostly[most.key](String(Math.round(most.share)))
}

export const toolName = (turn: TurnPressure) => turn.tool?.name ?? words.turn.tool

/** How long it has waited for what it waits for. Only the server's own times are compared: clocks differ. */
export function nowMs(turn: TurnPressure, sinceMs: number): number {
  const started = parseUtc(turn.started_at)
  const since = parseUtc(turn.now_since)
  if (started === null || since === null) return sinceMs
  return Math.max(0, started + turn.elapsed_ms - since) + sinceMs
}

export interface TurnPart {
  readonly key: 'model' | 'tool' | 'own'
  readonly ms: number
  /** Percent of the turn. */
  readonly share: number
}

/** What the time of the turn went into up to now: the part that it is in grows between two reports. */
export function turnParts(turn: TurnPressure, sinceMs: number): readonly TurnPart[] {
  const grown = (part: 'model' | 'tool' | 'start', ms: number) =>
    Math.max(0, ms) + (turn.now === part ? sinceMs : 0)
  const model = grown('model', turn.model_wait_ms)
  const tool = grown('tool', turn.tool_wait_ms)
  const own = grown('start', turn.own_ms)
  const all = Math.max(1, model + tool + own)
  return [
    { key: 'model', ms: model, share: (model / all) * 100 },
    { key: 'tool', ms: tool, share: (tool / all) * 100 },
    { key: 'own', ms: own, share: (own / all) * 100 },
  ]
}

export type Findings = Readonly<Record<Part, Finding>>

export function findingsOf(pressure: AgentPressure, sinceMs: number): Findings {
  return {
    turn: turnFinding(pressure.turn, sinceMs),
    cpu: cpuFinding(pressure),
    memory: memoryFinding(pressure),
    disk: diskFinding(pressure),
    network: networkFinding(pressure, sinceMs),
  }
}

/** Causes before their effects: a tool takes long because memory is short, not the other way round. */
const ORDER: readonly Part[] = ['memory', 'cpu', 'disk', 'turn', 'network']

export interface Verdict {
  readonly level: Level
  readonly title: string
  readonly note: string
  /** What helps with any of it: a higher limit. */
  readonly remedy: 'limit' | null
}

/** The answer in two lines: the worst finding with its figure, what else there is, or that there is nothing. */
export function verdictOf(pressure: AgentPressure, findings: Findings): Verdict {
  const of = (level: Level) => ORDER.filter((part) => findings[part].level === level)
  const [worst, ...others] = [...of('bad'), ...of('attention')]
  if (worst !== undefined) {
    const { level, title, note } = findings[worst]
    const also = others.map((part) => words.parts[part]).join(', ')
    const limit = [worst, ...others].some((part) => findings[part].remedy === 'limit')
    return {
      level,
      title,
      note: also === '' ? note : `${note} ${words.also(also)}`,
      remedy: limit ? 'limit' : null,
    }
  }
  const { turn, cpu } = pressure
  const calm = { level: 'good', remedy: null } as const
  if (cpu.percent === null)
    return { ...calm, level: 'unknown', title: words.unknown, note: words.noFigures }
  return turn === null
    ? { ...calm, title: words.nothing, note: words.turn.none }
    : { ...calm, title: waitingWords(turn), note: words.nothingNote }
}

function waitingWords(turn: TurnPressure): string {
  if (turn.now === 'tool') return words.waitsFor.tool(toolName(turn))
  return turn.now === 'model' ? words.waitsFor.model : words.waitsFor.start
}

/** The one from before when nothing in it has changed. */
export function same<T extends object>(before: T | null | undefined, next: T | null): T | null {
  if (!before || next === null) return next
  const unchanged = (Object.keys(next) as (keyof T)[]).every((key) => before[key] === next[key])
  return unchanged ? before : next
}

/** No kernel with pressure stall information: nothing can be said about waiting itself. */
export function withoutStalls({ cpu, memory, disk }: AgentPressure): boolean {
  return [cpu, memory, disk].every(
    ({ some_avg10: some, full_avg10: full }) => some === null && full === null,
  )
}
