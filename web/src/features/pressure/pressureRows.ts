import type { AgentPressure } from '@/api/pressure'
import { cpuShare, formatBytes, formatPercent, limitText, type Quantity } from '@/format/quantity'
import { text } from '@/text/en'
import type { Part } from './pressureModel'

export interface RowFigure {
  label: string
  value: Quantity | null
  note: string
}

export interface Row {
  part: Exclude<Part, 'turn'>
  figures: readonly RowFigure[]
  facts: readonly string[]
}

const words = text.pressure

const rate = (label: string, perSecond: number | null): RowFigure => {
  if (perSecond === null) return { label, value: null, note: '' }
  const { value, unit } = formatBytes(perSecond)
  return { label, value: { value, unit: `${unit}/s` }, note: '' }
}
/** What this machine does not tell is left out. */
const percentFact = (label: string, percent: number | null) =>
  percent === null ? [] : [`${label} ${formatPercent(percent)} %`]
const countFact = (label: string, count: number | null) =>
  count === null ? [] : [`${label} ${count.toLocaleString()}×`]

function cpuRow({ cpu }: AgentPressure): Row {
  const { percent, limit_cores: limit } = cpu
  const value =
    percent === null ? null : { value: formatPercent(cpuShare(percent, limit)), unit: '%' }
  const note = limit === null ? words.cpu.free : words.cpu.of(String(limit))
  return {
    part: 'cpu',
    figures: [{ label: '', value, note }],
    facts: [
      ...percentFact(words.cpu.still, cpu.throttled_percent),
      ...percentFact(words.cpu.waited, cpu.some_avg10),
    ],
  }
}

function memoryRow({ memory }: AgentPressure): Row {
  const { used_bytes: used, limit_bytes: limit } = memory
  return {
    part: 'memory',
    figures: [
      {
        label: '',
        value: used === null ? null : formatBytes(used),
        note: limit ? `/ ${limitText(limit)}` : words.memory.free,
      },
    ],
    facts: [
      ...percentFact(words.memory.waited, memory.some_avg10),
      ...countFact(words.memory.limitHits, memory.max_events),
      ...countFact(words.memory.killed, memory.oom_kills),
    ],
  }
}

/** The rows of the panel, ready to print. */
export function rowsOf(pressure: AgentPressure): readonly Row[] {
  const { disk, network } = pressure
  return [
    cpuRow(pressure),
    memoryRow(pressure),
    {
      part: 'disk',
      figures: [
        rate(words.disk.reads, disk.read_bytes_per_s),
        rate(words.disk.writes, disk.write_bytes_per_s),
      ],
      facts: percentFact(words.disk.waited, disk.some_avg10),
    },
    {
      part: 'network',
      figures: [
        rate(words.network.receives, network.rx_bytes_per_s),
        rate(words.network.sends, network.tx_bytes_per_s),
      ],
      facts: [],
    },
  ]
}
