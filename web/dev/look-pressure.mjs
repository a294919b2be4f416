// The pictures of the panel that says why an agent is slow; see look.mjs, which takes them.

/** `shoot(base, name, run, options)` takes one picture per theme and size; `flip(base, switch)` changes the mock server. */
export async function lookAtPressure({ withMock, shoot, flip }) {
  await withMock(8866, ['--agents', '3'], async (base) => {
    const open = async (tab, name, scene) => {
      await flip(base, `pressure/${name}/${scene}`)
      await tab.goto(`${base}/agents/${name}#pressure`)
      await tab.getByTestId('pressure-verdict').waitFor()
      await tab.getByTestId('pressure').scrollIntoViewIfNeeded()
      await tab.waitForTimeout(2600)
    }
    for (const scene of ['calm', 'throttled', 'memory', 'silent', 'v1'])
      await shoot(base, `pressure-${scene}`, (tab) => open(tab, 'research-desk', scene))
    for (const scene of ['oom', 'disk', 'tool', 'none'])
      await shoot(base, `pressure-${scene}`, (tab) => open(tab, 'inbox-triage', scene), {
        themes: ['dark'],
        sizes: ['wide'],
      })
    await flip(base, 'kill/release-notes')
    await shoot(base, 'pressure-stopped', (tab) => open(tab, 'release-notes', 'calm'), {
      themes: ['light'],
    })
  })
}
