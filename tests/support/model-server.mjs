// A model provider for tests, on loopback: speaks as much of the APIs of Anthropic (Messages), OpenAI (Responses) and
// Google (generateContent) as the agents' command lines need. What it answers depends on words in the last thing the
// person said:
//   [tool]    first calls the shell tool once, then says "done"
//   [sleep]   the same with a call that takes two seconds; its start is in the file tool-started, in milliseconds
//   [nap]     the same with a call that takes half a minute
//   [ask]     ends its answer with a question
//   [error]   refuses with a client error
//   [limit]   answers 429 once, then normally
//   [busy]    answers 503 once, then normally
//   [stall]   begins an answer and never goes on
//   [slow]    answers half, and the rest two seconds later
//   [long]    a long answer, a piece every 20 ms
//   [tokens]  a second's silence, then a hundred words, one every 40 ms
// anything else: "The answer is 4."
import { createServer } from 'node:http'

const answer = 'The answer is 4.'
const question = 'There are two branches. Which one should I use?'
/** What is refused for the moment only: word, status, reason. */
const passing = [
  ['[limit]', 429, 'Slow down'],
  ['[busy]', 503, 'Too much to do'],
]
const commands = {
  '[tool]': 'echo from-the-tool > made-by-tool.txt; cat made-by-tool.txt',
  '[sleep]': 'date +%s%3N > tool-started; sleep 2; echo woke-up',
  '[nap]': 'timeout 30 tail -f /dev/null; echo woke-up',
}

/**
 * Starts it; `close()` ends it with all its connections. `calls` holds what was asked, with which status it was answered,
 * and when the first piece of the answer was written (`firstPiece`, milliseconds since 1970).
 */
export async function startModelServer({ port = 0, host = '127.0.0.1' } = {}) {
  const calls = []
  const refused = new Set()
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (piece) => (body += piece))
    request.on('end', () => {
      const asked = parsed(body)
      const call = { path: request.url, headers: request.headers, body: asked, status: 200 }
      calls.push(call)
      const refuse = (status, body, headers) => {
        call.status = status
        send(response, status, body, headers)
      }
      const api = apis.find(({ path }) => path.test(request.url))
      if (request.method !== 'POST' || !api) return refuse(404, { error: { message: 'no such path' } })
      const { text, hasResult } = api.question(asked)
      if (text.includes('[error]')) return refuse(400, api.refusal('The request was refused'))
      for (const [word, status, reason] of passing) {
        if (!text.includes(word) || refused.has(text)) continue
        refused.add(text)
        return refuse(status, api.refusal(reason), { 'retry-after': '1' })
      }
      const kind = api.streams(request.url, asked) ? 'stream' : 'whole'
      const [, command] = Object.entries(commands).find(([word]) => text.includes(word)) ?? []
      const tool = command && !hasResult ? { command } : undefined
      void api[kind](response, {
        text,
        call: tool,
        asked,
        told: call,
        answer: hasResult ? 'done' : text.includes('[ask]') ? question : answer,
      })
    })
  })
  await new Promise((resolve) => server.listen(port, host, resolve))
  return {
    url: `http://${host}:${server.address().port}`,
    calls,
    close: () =>
      new Promise((resolve) => {
        server.close(resolve)
        server.closeAllConnections()
      }),
  }
}

function parsed(body) {
  try {
    return JSON.parse(body)
  } catch {
    return {}
  }
}

function send(response, status, body, headers = {}) {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify(body))
}

function events(response) {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  return (name, data) => response.write(`${name ? `event: ${name}\n` : ''}data: ${JSON.stringify(data)}\n\n`)
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** Gives the answer in pieces; false when it is never to end. */
async function inPieces(response, { text, answer, told }, write) {
  const piece = (words) => {
    told.firstPiece ??= Date.now()
    write(words)
  }
  if (text.includes('[long]')) {
    for (let i = 0; i < 3000 && !response.destroyed; ++i) {
      piece(`word ${i} `)
      await pause(20)
    }
    return true
  }
  if (text.includes('[tokens]')) {
    await pause(1000)
    for (let i = 0; i < 100 && !response.destroyed; ++i) {
      piece(`word ${i} `)
      await pause(40)
    }
    return true
  }
  const half = answer.length >> 1
  piece(answer.slice(0, half))
  if (text.includes('[stall]')) return false
  if (text.includes('[slow]')) await pause(2000)
  piece(answer.slice(half))
  return true
}

const textIn = (content) =>
  typeof content === 'string' ? content : (content ?? []).map((part) => part.text ?? '').join('\n')

const anthropic = {
  path: /^\/v1\/messages(\?|$)/,
  streams: (_, asked) => asked.stream === true,
  refusal: (message) => ({ type: 'error', error: { type: 'invalid_request_error', message } }),
  question({ messages = [] }) {
    const last = messages.at(-1)
    const hasResult = Array.isArray(last?.content) && last.content.some((part) => part.type === 'tool_result')
    const said = messages.filter(({ role }) => role === 'user').map(({ content }) => textIn(content))
    return { text: said.findLast((text) => text.trim() !== '') ?? '', hasResult }
  },
  message: (model, content, stop) => ({
    id: `msg_${Date.now()}`,
    type: 'message',
    role: 'assistant',
    model,
    content,
    stop_reason: stop,
    stop_sequence: null,
    usage: { input_tokens: 12, output_tokens: 1, cache_creation_input_tokens: 100, cache_read_input_tokens: 2000 },
  }),
  whole(response, { asked, answer }) {
    send(response, 200, this.message(asked.model, [{ type: 'text', text: answer }], 'end_turn'))
  },
  async stream(response, plan) {
    const say = events(response)
    const event = (type, rest) => say(type, { type, ...rest })
    event('message_start', { message: this.message(plan.asked.model, [], null) })
    const tool = (plan.asked.tools ?? []).find(({ name }) => name === 'Bash')
    const calls = plan.call && tool
    const block = calls
      ? { type: 'tool_use', id: `toolu_${Date.now()}`, name: 'Bash', input: {} }
      : { type: 'text', text: '' }
    event('content_block_start', { index: 0, content_block: block })
    const delta = (delta) => event('content_block_delta', { index: 0, delta })
    if (calls) {
      const input = { command: plan.call.command, description: 'Makes a file' }
      delta({ type: 'input_json_delta', partial_json: JSON.stringify(input) })
    } else if (!(await inPieces(response, plan, (text) => delta({ type: 'text_delta', text })))) {
      return
    }
    event('content_block_stop', { index: 0 })
    event('message_delta', {
      delta: { stop_reason: calls ? 'tool_use' : 'end_turn', stop_sequence: null },
      usage: { output_tokens: 17 },
    })
    event('message_stop', {})
    response.end()
  },
}

const openai = {
  path: /^\/v1\/responses(\?|$)/,
  streams: () => true,
  refusal: (message) => ({ error: { type: 'invalid_request_error', message } }),
  question({ input = [] }) {
    const said = input.filter(({ role }) => role === 'user').map(({ content }) => textIn(content))
    const last = input.findLastIndex(({ role }) => role === 'user')
    const hasResult = input.slice(last).some(({ type }) => type?.endsWith('_call_output'))
    return { text: said.at(-1) ?? '', hasResult }
  },
  callItem(asked, wanted) {
    const names = (asked.tools ?? []).map(({ name }) => name)
    const name = ['exec_command', 'shell_command', 'shell'].find((one) => names.includes(one)) ?? 'shell_command'
    const input =
      name === 'exec_command' ? { cmd: wanted } : { command: name === 'shell' ? ['sh', '-c', wanted] : wanted }
    return { type: 'function_call', id: 'fc_1', call_id: 'call_1', name, arguments: JSON.stringify(input) }
  },
  async stream(response, plan) {
    const say = events(response)
    const event = (type, rest) => say(type, { type, ...rest })
    const id = `resp_${Date.now()}`
    event('response.created', { response: { id } })
    let item
    if (plan.call) {
      item = this.callItem(plan.asked, plan.call.command)
      event('response.output_item.added', { output_index: 0, item: { ...item, arguments: '' } })
    } else {
      item = { type: 'message', id: 'msg_1', role: 'assistant', status: 'completed', content: [] }
      event('response.output_item.added', { output_index: 0, item })
      let whole = ''
      const piece = (delta) => {
        whole += delta
        event('response.output_text.delta', { item_id: 'msg_1', output_index: 0, content_index: 0, delta })
      }
      if (!(await inPieces(response, plan, piece))) return
      item = { ...item, content: [{ type: 'output_text', text: whole, annotations: [] }] }
    }
    event('response.output_item.done', { output_index: 0, item })
    const usage = {
      input_tokens: 2112,
      input_tokens_details: { cached_tokens: 2000 },
      output_tokens: 17,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: 2129,
    }
    event('response.completed', { response: { id, status: 'completed', output: [item], usage } })
    response.end()
  },
}

const google = {
  path: /:(streamGenerateContent|generateContent|countTokens)/,
  streams: (path) => path.includes(':streamGenerateContent'),
  refusal: (message) => ({ error: { code: 400, message, status: 'INVALID_ARGUMENT' } }),
  question({ contents = [] }) {
    const last = contents.at(-1)
    const hasResult = (last?.parts ?? []).some((part) => part.functionResponse)
    const said = contents.filter(({ role }) => role === 'user').map(({ parts }) => textIn(parts))
    return { text: said.findLast((text) => text.trim() !== '') ?? '', hasResult }
  },
  part: (parts, finishReason) => ({
    candidates: [{ content: { role: 'model', parts }, index: 0, ...(finishReason && { finishReason }) }],
    usageMetadata: {
      promptTokenCount: 2112,
      candidatesTokenCount: 17,
      cachedContentTokenCount: 2000,
      totalTokenCount: 2129,
    },
    modelVersion: 'gemini-stub',
  }),
  whole(response, { answer }) {
    send(response, 200, { ...this.part([{ text: answer }], 'STOP'), totalTokens: 2112 })
  },
  async stream(response, plan) {
    const say = events(response)
    if (plan.call) {
      const args = { command: plan.call.command, description: 'Makes a file' }
      say('', this.part([{ functionCall: { name: 'run_shell_command', args } }], 'STOP'))
    } else {
      if (!(await inPieces(response, plan, (text) => say('', this.part([{ text }]))))) return
      say('', this.part([{ text: '' }], 'STOP'))
    }
    response.end()
  },
}

const apis = [anthropic, openai, google]

if (process.argv[1]?.endsWith('model-server.mjs')) {
  const server = await startModelServer({ port: Number(process.argv[2] ?? 0), host: process.argv[3] ?? '127.0.0.1' })
  console.log(server.url)
}
