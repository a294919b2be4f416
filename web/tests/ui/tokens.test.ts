import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const css = readFileSync(join(import.meta.dirname, '../../src/styles/tokens.css'), 'utf8')

type Rgb = [number, number, number]

function tokensOf(selector: string): Map<string, Rgb> {
  const block = css.split(`${selector} {`)[1]?.split('}')[0] ?? ''
  const found = new Map<string, Rgb>()
  for (const [, name, l, c, h] of block.matchAll(
    /--([\w-]+): oklch\(([\d.]+) ([\d.]+) ([\d.]+)\)/g,
  )) {
    found.set(name ?? '', linearRgb(Number(l), Number(c), Number(h)))
  }
  return found
}

/** OKLCH to linear sRGB, by the definition of the colour space. */
function linearRgb(l: number, c: number, h: number): Rgb {
  const a = c * Math.cos((h * Math.PI) / 180)
  const b = c * Math.sin((h * Math.PI) / 180)
  const x = (l + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const y = (l - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const z = (l - 0.0894841775 * a - 1.291485548 * b) ** 3
  const clamp = (value: number) => Math.min(1, Math.max(0, value))
  return [
    clamp(4.0767416621 * x - 3.3077115913 * y + 0.2309699292 * z),
    clamp(-1.2684380046 * x + 2.6097574011 * y - 0.3413193965 * z),
    clamp(-0.0041960863 * x - 0.7034186147 * y + 1.707614701 * z),
  ]
}

const luminance = ([r, g, b]: Rgb) => 0.2126 * r + 0.7152 * g + 0.0722 * b

function contrast(one: Rgb, other: Rgb): number {
  const [high, low] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number]
  return (high + 0.05) / (low + 0.05)
}

describe.each([
  ['light', "[data-theme='light']"],
  ['dark', "[data-theme='dark']"],
])('the %s theme', (_, selector) => {
  const tokens = tokensOf(selector)
  const of = (name: string): Rgb => {
    const value = tokens.get(name)
    if (value === undefined) throw new Error(`no token ${name}`)
    return value
  }

  const texts = ['text-1', 'text-2', 'text-3', 'accent', 'good', 'attention', 'bad', 'working']
  const grounds = ['surface-0', 'surface-1', 'surface-2']
  it.each(texts.flatMap((text) => grounds.map((ground) => [text, ground])))(
    'has text %s readable on %s',
    (text, ground) => expect(contrast(of(text), of(ground))).toBeGreaterThanOrEqual(4.5),
  )

  it.each([
    ['text-1', 'attention-soft'],
    ['text-2', 'attention-soft'],
    ['text-1', 'bad-soft'],
    ['text-2', 'accent-soft'],
    ['accent', 'accent-soft'],
    ['text-2', 'surface-3'],
    ['on-accent', 'accent-fill'],
    ['on-accent', 'accent-fill-hover'],
    ['on-accent', 'bad-fill'],
    ['on-accent', 'bad-fill-hover'],
    ['text-1', 'mark'],
  ])('has %s readable on %s', (text, ground) =>
    expect(contrast(of(text), of(ground))).toBeGreaterThanOrEqual(4.5),
  )

  it.each([
    ['chart-line', 'surface-0'],
    ['chart-line', 'surface-1'],
    ['control-edge', 'surface-1'],
    ['control-edge', 'surface-0'],
  ])('has the line %s visible on %s', (line, ground) =>
    expect(contrast(of(line), of(ground))).toBeGreaterThanOrEqual(3),
  )
})
