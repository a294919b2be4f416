// agentd in the image of the agents, asked over its own API: how much it takes, how soon it is there, who may drive it.
// Measures time: runs alone.
import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { AgentContainer, hostForContainers } from '../support/agent-container.mjs'
import { startModelServer } from '../support/model-server.mjs'

const MIB = 1024 * 1024
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

describe('agentd', () => {
  const agents = []
  const start = async (options) => {
    const agent = await AgentContainer.start(options)
    agents.push(agent)
    return agent
  }
  after(() => Promise.all(agents.map((agent) => agent.remove())))

  it('stays small: idle, and in a turn with 10 MB of output', async (t) => {
    const line = `{"type":"user","message":{"content":[{"type":"tool_result","tool_use_id":"t","content":"${'x'.repeat(900)}"}]}}`
    const agent = await start({
      template: `name: big\nruntime: {type: command, command: [sh, -c, 'yes ''${line}'' | head -c 10485760; echo; echo {\\"type\\":\\"result\\",\\"result\\":\\"done\\"}']}\n`,
    })
    await pause(500)
    const idle = await agent.memory()
    assert.ok(idle.now < 8 * MIB, `idle: ${idle.now}`)
    const answer = await agent.chat('go')
    assert.equal(answer.status, 200, JSON.stringify(answer.body).slice(0, 300))
    assert.equal(answer.body.response, 'done')
    assert.ok(answer.body.execution_log.length > 10_000)
    // What the turn took goes back to the system a moment later.
    await pause(1500)
    const after = await agent.memory()
    t.diagnostic(`idle ${idle.now >> 10} KiB, at most ${after.most >> 10} KiB, afterwards ${after.now >> 10} KiB`)
    assert.ok(after.most < 20 * MIB, `in the turn: ${after.most}`)
    assert.ok(after.now < 8 * MIB, `afterwards: ${after.now}`)
  })

  it('is not driven from another container', async () => {
    const one = await start()
    const other = await start()
    const status = await other.inside(
      `for p in /api/chat/session /api/executions/running /api/files /api/events; do
         curl -s -o /dev/null -w '%{http_code} ' ${one.url}$p; done
       curl -s -o /dev/null -w '%{http_code} ' -d '{"message":"x"}' ${one.url}/api/chat
       curl -s -o /dev/null -w '%{http_code}' -H 'Authorization: Bearer guess-guess-guess-guess' ${one.url}/api/task
       `,
    )
    assert.equal(status.trim(), '401 401 401 401 401 401')
  })

  it('says which image has what is missing', async () => {
    const agent = await start({ image: 'trinity-agent-base:slim' })
    const answer = await agent.chat('hello')
    assert.equal(answer.status, 503)
    assert.match(answer.body.detail, /^Claude Code is not available in this container.*\.\/trinity image full/)
  })

  it('of the full image is ready within 1 s, and answers through Claude Code within 3 s', async (t) => {
    const provider = await startModelServer({ host: '0.0.0.0' })
    t.after(() => provider.close())
    const url = `http://${await hostForContainers()}:${new URL(provider.url).port}`
    const agent = await start({
      image: 'trinity-agent-base:full',
      environment: {
        ANTHROPIC_BASE_URL: url,
        ANTHROPIC_API_KEY: 'k',
        CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      },
    })
    const turns = []
    for (const question of ['What is 2+2?', 'And 3+3?', 'And 4+4?']) {
      const since = performance.now()
      const answer = await agent.chat(question)
      turns.push(Math.round(performance.now() - since))
      assert.equal(answer.body.response, 'The answer is 4.', JSON.stringify(answer.body).slice(0, 500))
    }
    t.diagnostic(`agentd ready after ${agent.readyAfter} ms; turns took ${turns.join(', ')} ms`)
    assert.ok(agent.readyAfter < 1000, `ready after ${agent.readyAfter} ms`)
    for (const ms of turns) assert.ok(ms < 3000, `turns: ${turns.join(', ')} ms`)
  })
})
