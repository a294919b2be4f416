// Prints "passed failed" of one result file: GoogleTest's JSON, Vitest's JSON, or the TAP of node's test runner.
// A file that is missing or cannot be read counts as nothing: the caller knows from the exit status that it broke.
import { readFileSync } from 'node:fs'

export function countTap(text) {
  const figure = (name) => Number(text.match(new RegExp(`^# ${name} (\\d+)$`, 'm'))?.[1] ?? 0)
  return [figure('pass'), figure('fail') + figure('cancelled')]
}

export function countJson(result) {
  if ('numPassedTests' in result) return [result.numPassedTests, result.numFailedTests]
  const cases = (result.testsuites ?? []).flatMap((suite) => suite.testsuite ?? []).filter((one) => one.status === 'RUN' && one.result !== 'SKIPPED')
  const failed = cases.filter((one) => one.failures?.length).length
  return [cases.length - failed, failed]
}

const file = process.argv[2]
try {
  const text = readFileSync(file, 'utf8')
  console.log((file.endsWith('.tap') ? countTap(text) : countJson(JSON.parse(text))).join(' '))
} catch {
  console.log('0 0')
}
