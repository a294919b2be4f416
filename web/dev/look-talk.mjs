// The pictures of conversations, tasks and runs; see look.mjs, which takes them.

/** `shoot(base, name, run, options)` takes one picture per theme and size; `flip(base, switch)` changes the mock server. */
export async function lookAtTalk({ withMock, shoot, flip }) {
  const page = (base, name, query = '') => `${base}/agents/${name}${query}`
  const write = async (tab, words) => {
    await tab.getByTestId('chat-input').fill(words)
    await tab.getByTestId('chat-input').press('Enter')
  }
  await withMock(8859, ['--agents', '3'], async (base) => {
    await shoot(base, 'chat-empty', async (tab) => {
      await tab.goto(page(base, 'release-notes', '?tab=chat'))
      await tab.getByTestId('chat-empty').waitFor()
    })
    await shoot(base, 'chat-read', async (tab) => {
      await tab.goto(page(base, 'research-desk', '?tab=chat'))
      await tab.getByTestId('message-assistant').first().waitFor()
    })
    await shoot(base, 'chat-history', async (tab) => {
      await tab.goto(page(base, 'research-desk', '?tab=chat'))
      await tab.getByTestId('chat-history').click()
      await tab.getByTestId('chat-history-panel').getByText('messages').first().waitFor()
    })
    await shoot(base, 'chat-search', async (tab) => {
      await tab.goto(page(base, 'research-desk', '?tab=chat'))
      await tab.getByTestId('chat-history').click()
      await tab.getByTestId('chat-history-panel').getByRole('searchbox').fill('parser')
      await tab.locator('[data-testid^=hit-]').first().waitFor()
      await tab.locator('[data-testid^=hit-]').first().click()
      await tab.waitForTimeout(300)
    })
    await shoot(base, 'chat-fresh', async (tab) => {
      await tab.goto(page(base, 'research-desk', '?tab=chat'))
      await tab.getByTestId('message-assistant').first().waitFor()
      await tab.getByRole('button', { name: 'New conversation' }).click()
      await tab.getByTestId('chat-fresh-submit').waitFor()
    })
    await shoot(base, 'chat-tools', async (tab) => {
      await tab.goto(page(base, 'inbox-triage', '?tab=chat'))
      await write(tab, 'What changed in the repository since yesterday?')
      await tab.locator('[data-testid^=tool-toolu]').nth(2).waitFor()
      await tab.locator('[data-testid^=tool-toolu]').first().click()
      await tab.waitForTimeout(500)
    })
    await shoot(base, 'chat-stopped', async (tab) => {
      await tab.goto(page(base, 'inbox-triage', '?tab=chat'))
      await tab.getByTestId('chat-input').waitFor()
      await tab.waitForTimeout(300)
      if (await tab.getByTestId('chat-stop').isVisible()) {
        await tab.getByTestId('chat-stop').click()
        await tab.getByTestId('chat-ended').waitFor()
      }
      await write(tab, 'Count the issues, please')
      await tab.getByTestId('chat-writing').waitFor({ timeout: 60_000 })
      await tab.waitForTimeout(400)
      await tab.getByTestId('chat-stop').click()
      await tab.getByTestId('chat-ended').waitFor()
    })
    await shoot(base, 'chat-writing', async (tab) => {
      await tab.goto(page(base, 'inbox-triage', '?tab=chat'))
      await tab.getByTestId('chat-input').waitFor()
      await tab.waitForTimeout(300)
      await write(tab, 'What changed since yesterday, then?')
      await tab.getByTestId('chat-writing').waitFor({ timeout: 60_000 })
      await tab.waitForTimeout(1900)
    })
    await shoot(
      base,
      'chat-queued',
      async (tab) => {
        await flip(base, 'hold/release-notes/maria@example.com')
        await tab.goto(page(base, 'release-notes', '?tab=chat'))
        await tab.getByTestId('chat-line').getByText('maria').waitFor()
        await write(tab, 'Write the notes for 2.4')
        await tab.getByTestId('chat-cancel').waitFor()
        await tab.waitForTimeout(400)
        await tab.screenshot()
        await tab.getByTestId('chat-input').fill('Something more')
      },
      { themes: ['light'], sizes: ['wide'] },
    )
    await shoot(base, 'chat-full', async (tab) => {
      await flip(base, 'hold/release-notes/inbox-triage')
      await flip(base, 'crowd/release-notes')
      await tab.goto(page(base, 'release-notes', '?tab=chat'))
      await tab.getByTestId('chat-line').getByText('inbox').waitFor()
      await tab.getByTestId('chat-input').fill('Something more')
    })
    await shoot(base, 'chat-refused', async (tab) => {
      await flip(base, 'refuse-run')
      await tab.goto(page(base, 'research-desk', '?tab=chat'))
      await tab.getByTestId('message-assistant').first().waitFor()
      await write(tab, 'Do you hear me?')
      await tab.getByTestId('chat-ended').waitFor()
    })
    await shoot(base, 'tasks', async (tab) => {
      await tab.goto(page(base, 'research-desk', '?tab=tasks'))
      await tab.locator('[data-testid^=run-row]').nth(5).waitFor()
    })
    await shoot(base, 'tasks-live', async (tab) => {
      await flip(base, 'hold/inbox-triage/maria@example.com')
      await flip(base, 'crowd/inbox-triage')
      await tab.goto(page(base, 'inbox-triage', '?tab=tasks'))
      await tab.getByTestId('task-message').fill('Look at many things and tell me')
      await tab.getByTestId('task-run').click()
      await tab.getByTestId('run-preview').getByText('Bash').first().waitFor()
      await tab.waitForTimeout(2500)
    })
    await shoot(base, 'tasks-options', async (tab) => {
      await tab.goto(page(base, 'release-notes', '?tab=tasks'))
      await tab.getByTestId('task-options').click()
      await tab.getByTestId('task-minutes').fill('0')
      await tab.getByTestId('task-run').click()
      await tab.waitForTimeout(300)
    })
    await shoot(
      base,
      'tasks-filtered',
      async (tab) => {
        await tab.goto(page(base, 'research-desk', '?tab=tasks&status=failed'))
        await tab.locator('[data-testid^=run-row]').nth(5).waitFor()
      },
      { themes: ['light'] },
    )
    await shoot(
      base,
      'tasks-release',
      async (tab) => {
        await flip(base, 'hold/release-notes/maria@example.com')
        await tab.goto(page(base, 'release-notes', '?tab=tasks'))
        await tab.getByTestId('queue-tools').click()
        await tab.getByTestId('queue-release').click()
        await tab.getByTestId('queue-release-submit').waitFor()
      },
      { themes: ['dark'] },
    )
    await shoot(base, 'timeline', async (tab) => {
      await tab.goto(page(base, 'research-desk'))
      await tab.getByTestId('activity-steps').first().click()
      await tab.getByTestId('timeline').scrollIntoViewIfNeeded()
      await tab.getByTestId('timeline-older').scrollIntoViewIfNeeded()
      await tab.mouse.wheel(0, -900)
      await tab.waitForTimeout(300)
    })
    await shoot(base, 'budget', async (tab) => {
      await tab.goto(page(base, 'research-desk'))
      await tab.getByTestId('page-menu').click()
      await tab.getByTestId('page-budget').click()
      await tab.getByTestId('budget-cost').fill('0.5')
      await tab.waitForTimeout(200)
    })
    await shoot(base, 'stop-all', async (tab) => {
      await tab.getByTestId('stop-all').click()
      await tab.getByTestId('stop-all-reason').fill('The model is out of order')
      await tab.waitForTimeout(300)
    })
    await shoot(
      base,
      'halted',
      async (tab) => {
        await flip(base, 'free')
        await tab.getByTestId('stop-all').click()
        await tab.getByTestId('stop-all-reason').fill('The model is out of order')
        await tab.getByTestId('stop-all-submit').click()
        await tab.getByTestId('runs-halted').waitFor()
        await tab.goto(page(base, 'research-desk', '?tab=chat'))
        await tab.getByTestId('message-assistant').first().waitFor()
      },
      { sizes: ['wide', 'small'] },
    )
    await flip(base, 'free')
    await shoot(base, 'settings-budget', async (tab) => {
      await tab.goto(`${base}/settings`)
      await tab.getByTestId('fleet-budget').scrollIntoViewIfNeeded()
      await tab.getByTestId('fleet-budget').getByTestId('budget-spent').waitFor()
    })
    const firstRun = (tab, status) =>
      tab.evaluate(async (wanted) => {
        const token = await (await fetch('/api/auth/session', { method: 'POST' })).json()
        const answer = await fetch(
          `/api/agents/research-desk/executions?limit=100&filter_status=${wanted}`,
          { headers: { Authorization: `Bearer ${token.access_token}` } },
        )
        return (await answer.json()).find((row) => row.tool_calls?.length > 400 || row.error).id
      }, status)
    await shoot(base, 'run-done', async (tab) => {
      await tab.goto(`${base}/agents/research-desk/executions/${await firstRun(tab, 'success')}`)
      await tab.getByTestId('run-answer').waitFor()
    })
    await shoot(base, 'run-failed', async (tab) => {
      await tab.goto(`${base}/agents/research-desk/executions/${await firstRun(tab, 'failed')}`)
      await tab.getByTestId('run-error').waitFor()
    })
    await shoot(base, 'run-live', async (tab) => {
      await tab.goto(`${base}/agents/research-desk/executions/${await firstRun(tab, 'success')}`)
      await tab.getByTestId('run-again').click()
      await tab.getByTestId('run-writing').waitFor({ timeout: 60_000 })
      await tab.getByText('Bash').first().waitFor()
      await tab.waitForTimeout(600)
    })
    await shoot(
      base,
      'run-stop',
      async (tab) => {
        await tab.goto(`${base}/agents/research-desk/executions/${await firstRun(tab, 'success')}`)
        await tab.getByTestId('run-again').click()
        await tab.getByTestId('run-stop').click()
        await tab.getByTestId('run-stop-submit').waitFor()
      },
      { themes: ['light'] },
    )
    await shoot(
      base,
      'run-gone',
      async (tab) => {
        await tab.goto(`${base}/agents/research-desk/executions/nothing`)
        await tab.getByTestId('run-gone').waitFor()
      },
      { themes: ['dark'] },
    )
    await flip(base, 'kill/research-desk')
    await shoot(base, 'chat-agent-stopped', async (tab) => {
      await tab.goto(page(base, 'research-desk', '?tab=chat'))
      await tab.getByTestId('chat-start').waitFor()
    })
  })
}
