// ./trinity bench: the figures that the server must hold, as a table and as JSON. All traffic stays on the loopback; every
// loop is bounded in count and time; whatever is made is taken away again, also after Ctrl-C.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { cpus, release, tmpdir, totalmem } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { changes, start } from './changes.mjs'
import { clients } from './clients.mjs'
import { counts } from './counts.mjs'
import { grow, realFleet, scriptedFleet } from './fleets.mjs'
import { list, peer } from './list.mjs'
import { idle, load, resident } from './load.mjs'
import { model } from './model.mjs'
import { own, releaseAll } from './owned.mjs'
import { records } from './records.mjs'
import { Report } from './report.mjs'
import { stats } from './stats.mjs'

const SECTIONS = { list, peer, counts, stats, idle, clients, load, resident, start, model, changes, records }

/**
 * What is measured on which fleet, in this order. The quick form has its hundred on the scripted engine, and clients
 * and records only when they are asked for by name.
 */
const plan = (quick, named) => [
  { agents: 7, real: true, sections: quick ? ['list'] : ['list', 'counts'] },
  {
    agents: 30,
    real: true,
    sections: [
      ...['list', 'peer', 'counts', 'stats', 'idle', 'load', 'start', 'model'],
      ...(quick && !named ? [] : ['clients']),
    ],
  },
  { agents: 100, real: !quick, sections: quick ? ['list', 'resident'] : ['list', 'counts', 'resident'] },
  {
    agents: 1000,
    real: false,
    sections: quick ? ['list', ...(named ? ['records'] : [])] : ['list', 'peer', 'counts', 'resident', 'records'],
  },
  {
    agents: 10000,
    real: false,
    sections: quick ? ['list', 'changes'] : ['list', 'peer', 'counts', 'changes', 'resident'],
  },
]

function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { quick: { type: 'boolean', default: false }, json: { type: 'string' } },
    })
    const unknown = positionals.filter((name) => !SECTIONS[name])
    if (unknown.length)
      throw new Error(`no measurement ${unknown.join(', ')}; there are ${Object.keys(SECTIONS).join(', ')}`)
    const named = positionals.length > 0
    return { ...values, named, wanted: named ? positionals : Object.keys(SECTIONS) }
  } catch (error) {
    console.error(`usage: bench [--quick] [--json FILE] [NAME]...: ${error.message}`)
    process.exit(2)
  }
}

const { quick, json, named, wanted } = readArguments()
const report = new Report({
  cores: cpus().length,
  processor: cpus()[0].model,
  memory_mib: Math.round(totalmem() / 1024 / 1024),
  kernel: release(),
  form: quick ? 'quick' : 'full',
  at: new Date().toISOString(),
})
const folder = await mkdtemp(path.join(tmpdir(), 'trinity-bench-'))

let fleet = null
let interrupted = false
own(() => rm(folder, { recursive: true, force: true }))
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
])
  process.once(signal, () => {
    interrupted = true
    console.error('\ninterrupted: cleaning up')
    releaseAll().finally(() => process.exit(code))
  })

/** The fleet of a step: more agents for the real one, else a new one on the scripted engine. */
async function prepare({ agents, real }) {
  console.log(`\npreparing ${agents} ${real ? 'containers' : 'agents of the scripted engine'}`)
  if (!real) {
    await fleet?.dispose()
    fleet = null
    fleet = await scriptedFleet(agents)
    return
  }
  fleet ??= await realFleet()
  await grow(fleet, agents)
}

const since = performance.now()
const took = () => `${((performance.now() - since) / 1000).toFixed(0)} s`
try {
  for (const step of plan(quick, named)) {
    const sections = step.sections.filter((name) => wanted.includes(name))
    if (!sections.length) continue
    await prepare(step)
    for (const name of sections) {
      await SECTIONS[name]({ fleet, report, folder, quick })
      console.log(`  (${took()})`)
    }
  }
  await releaseAll()
  report.put('machine.seconds', (performance.now() - since) / 1000)
  console.log(`\n${report.table()}\n`)
  const { over } = report
  console.log(
    `${took()}; ${over.length ? `${over.length} over budget: ${over.map((row) => row.what).join('; ')}` : 'all within their budgets'}`,
  )
  if (json) await writeFile(json, `${report.json()}\n`)
} catch (error) {
  // What an interruption takes away is missed by what was under way.
  if (!interrupted) throw error
} finally {
  await releaseAll()
}
