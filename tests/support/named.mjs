// node named.mjs TEXT FILE...: prints the test files that hold a test with this text in its name (its own, its suites' or
// its file's). Read from the sources, so what a name is given only when the test runs does not count.
import { readFileSync } from 'node:fs'
import path from 'node:path'

const TITLE =
  /(?<![.\w])(?:describe|it|test)(?:\.\w+)?\(\s*(?:'((?:\\.|[^'\\])*)'|"((?:\\.|[^"\\])*)"|`((?:\\.|[^`\\])*)`)/g

/** Whether the name of a test in this source contains the text. */
export function holds(source, text) {
  return [...source.matchAll(TITLE)].some(([, single, double, template]) =>
    (single ?? double ?? template).split(/\$\{[^}]*\}/).some((piece) => piece.replace(/\\(.)/g, '$1').includes(text)),
  )
}

if (process.argv[1] === import.meta.filename) {
  const [text, ...files] = process.argv.slice(2)
  for (const file of files) {
    const own = path.basename(file, '.test.mjs').includes(text)
    if (own || holds(readFileSync(file, 'utf8'), text)) console.log(file)
  }
}
