import { call } from './http'
import { agentPath } from './paths'

/** Pressure stall information: percent of the last 10 s; null where the kernel does not measure it. */
interface Stall {
  some_avg10: number | null
  full_avg10: number | null
}

/** The turn that goes on, and what its time went into. */
export interface TurnPressure {
  execution_id: string
  started_at: string
  elapsed_ms: number
  model_wait_ms: number
  tool_wait_ms: number
  own_ms: number
  now: 'model' | 'tool' | 'start'
  now_since: string
  tool: { name: string; input_summary: string } | null
}

/** What an agent is held back by, as `GET …/pressure` and the topic `agent:{n}:pressure` tell it. Unknown is null, never 0. */
export interface AgentPressure {
  name: string
  status: string
  sampled_at: string | null
  cpu: Stall & {
    /** Of one core, as in the other figures. */
    percent: number | null
    limit_cores: number | null
    /** Share of the scheduler's periods in which it had to stand still. */
    throttled_percent: number | null
    throttled_ms_per_s: number | null
  }
  memory: Stall & {
    used_bytes: number | null
    limit_bytes: number | null
    percent: number | null
    /** Counts since the container started. */
    high_events: number | null
    max_events: number | null
    oom_events: number | null
    oom_kills: number | null
  }
  disk: Stall & { read_bytes_per_s: number | null; write_bytes_per_s: number | null }
  network: { rx_bytes_per_s: number | null; tx_bytes_per_s: number | null }
  turn: TurnPressure | null
}

export const pressureCalls = {
  async pressure(name: string, signal?: AbortSignal): Promise<AgentPressure> {
    return (await call<AgentPressure>('GET', agentPath(name, '/pressure'), { signal })).data
  },
}
