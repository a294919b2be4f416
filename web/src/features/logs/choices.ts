import { text } from '@/text/en'

export const levels = (['all', 'info', 'warn', 'error'] as const).map((value) => ({
  value,
  label: text.logs.levels[value],
}))

export const streams = (['both', 'stdout', 'stderr'] as const).map((value) => ({
  value,
  label: text.logs.streams[value],
}))
