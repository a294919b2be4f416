// What check.mjs checks of conversations, tasks and runs: accessibility in every state, nothing that jumps while an answer
// is written, requests counted.

/** `open`, `axeRun` and `check` are those of check.mjs. */
export async function checkTalk({ withMock, signIn, flip, open, axeRun, check }) {
  await withMock(8868, ['--agents', '3', '--pace', '0.6'], async (base) => {
    for (const [theme, viewport] of [
      ['dark', undefined],
      ['light', { width: 390, height: 844 }],
    ]) {
      const size = viewport ? 'small' : 'wide'
      const name = (what) => `${what} ${theme} ${size}`
      const page = await open(base, theme, viewport)
      await signIn(page, base)
      const shifts = () => page.evaluate(() => globalThis.shift)

      await page.goto(`${base}/agents/research-desk?tab=chat`)
      await page.getByTestId('message-assistant').first().waitFor()
      await page.waitForTimeout(600)
      check(name('nothing jumps: chat'), (await shifts()) < 0.02, (await shifts()).toFixed(4))
      await axeRun(page, name('chat'))
      await page.getByTestId('chat-history').click()
      await page
        .getByTestId('chat-history-panel')
        .locator('[data-testid^=session-]')
        .nth(1)
        .waitFor()
      await page.waitForTimeout(300)
      await axeRun(page, name('chat history'))
      await page.getByTestId('chat-history-panel').locator('[data-testid^=session-]').nth(1).click()
      await page.getByTestId('chat-old').waitFor()
      await axeRun(page, name('an earlier chat'))
      await page.goto(`${base}/agents/research-desk?tab=chat`)
      await page.getByTestId('message-assistant').first().waitFor()
      await page.waitForTimeout(300)

      const before = await shifts()
      const rest = page.rest.length
      await page.getByTestId('chat-input').fill('What changed in the repository?')
      await page.getByTestId('chat-input').press('Enter')
      await page.getByTestId('chat-stop').waitFor()
      await page.getByTestId('chat-writing').waitFor({ timeout: 30_000 })
      await axeRun(page, name('an answer that is written'))
      await page.getByTestId('chat-send').waitFor({ timeout: 60_000 })
      await page.waitForTimeout(500)
      const jumped = (await shifts()) - before
      check(name('nothing jumps while an answer is written'), jumped < 0.05, jumped.toFixed(4))
      const asked = page.rest.slice(rest)
      // The start, and when it has ended the conversation, the record and its transcript.
      check(name('an answer needs few requests'), asked.length <= 6, asked.join(', '))

      await flip(base, 'refuse-run')
      await page.getByTestId('chat-input').fill('Once more')
      await page.getByTestId('chat-send').click()
      await page.getByTestId('chat-ended').waitFor()
      await axeRun(page, name('a message that was refused'))

      await page.goto(`${base}/agents/release-notes?tab=tasks`)
      await page.locator('[data-testid^=run-row]').nth(3).waitFor()
      await page.getByTestId('task-options').click()
      await page.getByTestId('task-message').fill('Look at many things')
      await page.getByTestId('task-run').click()
      await page.getByTestId('run-preview').getByText('Bash').first().waitFor({ timeout: 20_000 })
      await axeRun(page, name('tasks'))
      await page.getByTestId('running-stop').first().click()
      await page.getByTestId('running-stop-submit').waitFor()
      await page.waitForTimeout(300)
      await axeRun(page, name('stopping a run'))
      await page.keyboard.press('Escape')
      await page.locator('[data-testid^=run-row] a').nth(2).click()
      await page.getByTestId('run-answer').waitFor()
      await page.waitForTimeout(400)
      await axeRun(page, name('a run'))

      await page.goto(`${base}/agents/research-desk`)
      await page.getByTestId('activity-steps').first().click()
      await axeRun(page, name('what happened'))
      await page.getByTestId('page-menu').click()
      await page.getByTestId('page-budget').click()
      await page.getByTestId('budget-cost').waitFor()
      await page.waitForTimeout(300)
      await axeRun(page, name('budget'))
      await page.keyboard.press('Escape')
      await page.getByTestId('stop-all').click()
      await page.getByTestId('stop-all-reason').waitFor()
      await page.waitForTimeout(300)
      await axeRun(page, name('stopping all'))
      await page.getByTestId('stop-all-submit').click()
      await page.getByTestId('runs-halted').waitFor()
      await page.waitForTimeout(300)
      await axeRun(page, name('all is stopped'))
      await flip(base, 'free')
      await page.context().close()
    }
  })
}
