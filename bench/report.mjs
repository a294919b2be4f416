// What was measured: one line per figure for the table, and the same figures by name for a program.
const shown = (value) => {
  if (typeof value !== 'number') return String(value)
  if (Number.isInteger(value)) return String(value)
  return value.toFixed(Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : Math.abs(value) >= 1 ? 2 : 3)
}

const BUDGETS = {
  below: { text: (limit) => `< ${limit}`, holds: (value, limit) => value < limit },
  atMost: { text: (limit) => `<= ${limit}`, holds: (value, limit) => value <= limit },
}

export class Report {
  #rows = []
  #figures = {}

  constructor(facts) {
    this.#figures.machine = facts
  }

  /** A headline for the lines that follow. */
  begin(title) {
    this.#rows.push({ title })
    console.log(`\n${title}`)
  }

  /**
   * One figure. `key`: its place in the JSON ("list.30.p99_ms"). `budget`: {below: n} or {atMost: n}. `text`: how it is
   * shown, where the bare value says too little.
   */
  figure(what, value, { key, budget, text } = {}) {
    if (key) this.put(key, value)
    const [kind, limit] = Object.entries(budget ?? {})[0] ?? []
    const verdict = kind ? (BUDGETS[kind].holds(value, limit) ? 'OK' : 'OVER') : ''
    const row = { what, measured: text ?? shown(value), budget: kind ? BUDGETS[kind].text(limit) : '', verdict }
    this.#rows.push(row)
    console.log(`  ${row.what}: ${row.measured}${verdict ? `  (${row.budget}: ${verdict})` : ''}`)
  }

  /** A line without budget and without place in the JSON. */
  note(what, text) {
    this.figure(what, text)
  }

  put(key, value) {
    const places = key.split('.')
    const last = places.pop()
    let at = this.#figures
    for (const place of places) at = at[place] ??= {}
    at[last] = typeof value === 'number' ? Number(value.toPrecision(6)) : value
  }

  get over() {
    return this.#rows.filter((row) => row.verdict === 'OVER')
  }

  table() {
    const cells = (row) => [row.what, row.measured, row.budget, row.verdict]
    const lines = this.#rows.map((row) => (row.title ? [row.title] : cells(row)))
    const head = ['what', 'measured', 'budget', '']
    const widths = [0, 1, 2].map((i) =>
      Math.max(...[head, ...lines].filter((line) => line.length > 1).map((line) => line[i].length)),
    )
    const print = (line) =>
      line
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd()
    return [print(head), ...lines.map((line) => (line.length > 1 ? print(line) : `\n${line[0]}`))].join('\n')
  }

  json() {
    const lines = this.#rows.filter((row) => !row.title)
    return JSON.stringify({ ...this.#figures, over: this.over.map((row) => row.what), lines }, null, 2)
  }
}
