import assert from 'node:assert/strict'
import { test } from 'node:test'
import { holds } from './named.mjs'

const source = `
describe('agents, killed', { timeout: 300 }, () => {
  it(\`lists \${COUNT} of them\`, async () => {})
  it.skip("says 'no' at once", () => {})
  test(
    'goes on, isn\\'t stopped',
    () => assert.ok(/x/.test('only data')),
  )
  audit('not a test')
})
`

for (const text of ['killed', 'agents, k', 'lists ', ' of them', "'no' at", "isn't stopped"]) {
  test(`"${text}" is in a name`, () => assert.ok(holds(source, text)))
}
for (const text of ['Killed', 'COUNT', '300', 'only data', 'not a test', 'of them, says']) {
  test(`"${text}" is in no name`, () => assert.ok(!holds(source, text)))
}
