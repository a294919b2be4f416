// Prints "passed failed" of one result file: GoogleTest's JSON, Vitest's JSON, or the TAP of node's test runner; and the
// names of the failed tests on standard error. A file that is missing or cannot be read counts as nothing: the caller knows
// from the exit status that it broke.
import { readFileSync } from 'node:fs'

export function readTap(text) {
  const figure = (name) => Number(text.match(new RegExp(`^# ${name} (\\d+)$`, 'm'))?.[1] ?? 0)
  // Suites are not counted, and fail only because a test of theirs did.
  const failed = [...text.matchAll(/^ *not ok \d+ - (.*)\n(?: +.*\n)*? +type: '(\w+)'/gm)].filter(
    ([, , type]) => type === 'test',
  )
  return { passed: figure('pass'), failed: figure('fail') + figure('cancelled'), names: failed.map(([, name]) => name) }
}

export function readVitest(result) {
  const failed = result.testResults.flatMap((file) => file.assertionResults).filter((one) => one.status === 'failed')
  return { passed: result.numPassedTests, failed: result.numFailedTests, names: failed.map((one) => one.fullName) }
}

export function readGoogleTest(result) {
  const ran = result.testsuites
    .flatMap((suite) => suite.testsuite)
    .filter((one) => one.status === 'RUN' && one.result !== 'SKIPPED')
  const failed = ran.filter((one) => one.failures?.length)
  return {
    passed: ran.length - failed.length,
    failed: failed.length,
    names: failed.map(
      (one) => `${one.classname}.${one.name}: ${one.failures[0].failure.split('\n').slice(0, 6).join(' / ')}`,
    ),
  }
}

export function readResult(file) {
  const text = readFileSync(file, 'utf8')
  if (file.endsWith('.tap')) return readTap(text)
  const result = JSON.parse(text)
  return 'numPassedTests' in result ? readVitest(result) : readGoogleTest(result)
}

if (process.argv[2]) {
  try {
    const { passed, failed, names } = readResult(process.argv[2])
    for (const name of names) console.error(`    failed: ${name}`)
    console.log(`${passed} ${failed}`)
  } catch {
    console.log('0 0')
  }
}
