// The test of the direction of dependencies finds what it is there for.
import assert from 'node:assert/strict'
import { appendFileSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { violations } from './rooms.mjs'

const root = process.env.TRINITY_ROOT ?? resolve(import.meta.dirname, '../..')

/** The sources as they are, in a folder of their own. */
function copy(t) {
  const folder = mkdtempSync(join(tmpdir(), 'trinity-rooms-'))
  t.after(() => rmSync(folder, { recursive: true }))
  for (const name of ['CMakeLists.txt', 'src', 'agentd', 'cli']) {
    if (existsSync(join(root, name))) cpSync(join(root, name), join(folder, name), { recursive: true })
  }
  return folder
}

test('the sources as they are', (t) => {
  assert.deepEqual(violations(copy(t)), [])
})

for (const [file, header, line] of [
  ['src/base/errors.h', '"fleet/model.h"', 'src/base/errors.h: includes fleet/, which is not below base'],
  [
    'src/engine/docker_json.cpp',
    '"app/config.h"',
    'src/engine/docker_json.cpp: includes app/, which is not below engine',
  ],
  ['src/live/topic.cpp', '<auth/service.h>', 'src/live/topic.cpp: includes auth/, which is not below live'],
  ['agentd/agent.h', '"fleet/types.h"', 'agentd/agent.h: includes fleet/, which is not below agentd'],
  ['src/http/router.cpp', '"agentd/agent.h"', 'src/http/router.cpp: includes agentd/, which is not below http'],
  ['cli/main.cpp', '"db/database.h"', 'cli/main.cpp: includes db/, which is not below cli'],
]) {
  const skip = !existsSync(join(root, file)) && `there is no ${file}`
  test(`${file} may not include ${header}`, { skip }, (t) => {
    const folder = copy(t)
    appendFileSync(join(folder, file), `#include ${header}\n`)
    assert.deepEqual(
      violations(folder).map((found) => found.replace(/:\d+ /, ': ')),
      [line],
    )
  })
}

test('a folder that is no room', (t) => {
  const folder = copy(t)
  cpSync(join(folder, 'src/json'), join(folder, 'src/odd'), { recursive: true })
  assert.deepEqual(violations(folder), ['src/odd is no room of CMakeLists.txt'])
})

test('rooms that use each other', (t) => {
  const folder = copy(t)
  const cmake = join(folder, 'CMakeLists.txt')
  writeFileSync(
    cmake,
    readFileSync(cmake, 'utf8').replace('trinity_room(base)', 'trinity_room(base USES trinity_json)'),
  )
  assert.throws(() => violations(folder), /circle/)
})
