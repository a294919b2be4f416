// The accessibility checker on a page as it stands. The page's content policy forbids scripts from outside, rightly:
// pages that are checked are opened with `bypassCSP`.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

const web = path.resolve(import.meta.dirname, '../../web/package.json')
const script = readFileSync(createRequire(web).resolve('axe-core/axe.min.js'), 'utf8')

/** What is wrong on the page, one line per rule; empty when all is well. Also says what was looked at. */
export async function findings(page) {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.addScriptTag({ content: script })
  const { violations, passes } = await page.evaluate(() =>
    globalThis.axe.run(globalThis.document, { resultTypes: ['violations', 'passes'] }),
  )
  const lines = violations.map(
    (one) => `${one.impact} ${one.id}: ${one.nodes[0].html.slice(0, 160)} | ${one.nodes[0].any?.[0]?.message ?? ''}`,
  )
  return { lines, passed: passes.length }
}
