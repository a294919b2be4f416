// What the mock server's agents say and do when they are asked: transcripts as the runtime writes them.

let ids = 1
const said = (text) => ({ type: 'assistant', message: { content: [{ type: 'text', text }] } })
const called = (id, name, input) => ({
  type: 'assistant',
  message: { content: [{ type: 'tool_use', id, name, input }] },
})
const back = (id, content, is_error = false) => ({
  type: 'user',
  message: { content: [{ type: 'tool_result', tool_use_id: id, content, is_error }] },
})
const begin = {
  type: 'system',
  subtype: 'init',
  model: 'claude-sonnet-4-5',
  tools: ['Bash', 'Read', 'Edit', 'Grep', 'WebFetch'],
  mcp_servers: [{ name: 'trinity' }],
}

const CALLS = [
  [
    'Bash',
    { command: 'git log --since=yesterday --oneline', description: 'Recent commits' },
    'f3a91c2 Parser reads tables\n81be770 Faster start\n',
  ],
  ['Read', { file_path: '/home/developer/notes/day.md' }, '# Day\n\n- parser\n- release\n'],
  ['Grep', { pattern: 'TODO|FIXME', path: 'src' }, 'src/a.ts:12: later\nsrc/b.ts:40: later\n'],
  ['Bash', { command: 'npm test -- --run src/parser' }, '42 passed\n'],
  [
    'WebFetch',
    { url: 'https://example.com/docs?access_token=made0up0in0here', prompt: 'What is new?' },
    'Version 2 is out.',
  ],
  ['mcp__trinity__list_agents', { limit: 20 }, '[{"name":"inbox-triage"}]'],
]

const ANSWERS = [
  `Two commits since this morning:

1. **Parser reads tables** (\`f3a91c2\`) – adds table support, with 14 new tests.
2. **Faster start** (\`81be770\`) – the index is read lazily; start takes 0.4 s instead of 1.9 s.

Everything is green. One thing to look at:

| Package | Before | After |
| --- | --- | --- |
| parser | 18.2 kB | 21.0 kB |
| core | 40.1 kB | 40.1 kB |

\`\`\`sh
git show f3a91c2 --stat
\`\`\`

Shall I write the release note for it?`,
  `There are **12 open issues**. Three of them wait for an answer of yours:

- #48 *Export loses the last line* – reproduced, the fix is one line
- #51 Dark theme in print
- #52 Question about the licence

The rest is sorted by label in \`notes/issues.md\`.`,
  `Done. The report is in \`report.json\`; prices of copper rose by 2.1 % this week, the other metals hardly moved.

> The source for zinc did not answer twice. Its figure is from yesterday.`,
]
const MESSAGES = [
  'What changed in the repository since yesterday?',
  'Count the open issues and tell me which ones need me',
  'Write the weekly report on metal prices',
  'Look through the inbox and sort what is new into the folders that we agreed on last week; tell me what you were not sure about',
]

function script(message, answer, callCount, seed) {
  const live = [{ before: 500, entry: begin }]
  const simplified = []
  if (callCount > 2) {
    const first = 'I look at the history first, then at the tests.'
    live.push({ before: 200, write: first, entry: said(first) })
  }
  for (let n = 0; n < callCount; n += 1) {
    const [name, input, output] = CALLS[(seed + n) % CALLS.length]
    const id = `toolu_${ids++}`
    const failed = callCount > 4 && n === 3
    live.push({ before: 300, entry: called(id, name, input) })
    live.push({ before: 700 + ((seed + n) % 3) * 500, entry: back(id, output, failed) })
    simplified.push(
      {
        id,
        type: 'tool_use',
        tool: name,
        input,
        output: null,
        success: null,
        duration_ms: null,
        timestamp: '',
      },
      {
        id,
        type: 'tool_result',
        tool: name,
        input: null,
        output,
        success: !failed,
        duration_ms: 640 + n * 210,
        timestamp: '',
      },
    )
  }
  live.push({ before: 300, write: answer, entry: said(answer) })
  const cost = 0.0123 + callCount * 0.0041
  const ms = 5231 + callCount * 1800
  live.push({
    before: 60,
    entry: {
      type: 'result',
      subtype: 'success',
      result: answer,
      num_turns: callCount + 1,
      duration_ms: ms,
      total_cost_usd: cost,
    },
  })
  return {
    message,
    answer,
    live,
    log: live.map((one) => one.entry),
    calls: JSON.stringify(simplified),
    cost,
    ms,
    error: 'The model did not answer: overloaded (529). Try again in a few minutes.',
  }
}

export class MockScripts {
  chat(n) {
    return script(MESSAGES[n % 3], ANSWERS[n % 3], [2, 0, 6, 1][n % 4], n)
  }
  task(n) {
    return script(MESSAGES[n % 4], ANSWERS[(n + 1) % 3], n % 5, n)
  }
  answerTo(message) {
    const seed = message.length
    if (/many/i.test(message)) return script(message, ANSWERS[0], 30, seed)
    if (/short|hello/i.test(message)) return script(message, 'Hello. What shall I do?', 0, seed)
    return script(message, ANSWERS[seed % 3], 4, seed)
  }
}
