// The pictures of credentials, git, templates and what administrators decide; see look.mjs, which takes them.

/** `shoot(base, name, run, options)` takes one picture per theme and size; `flip(base, switch)` changes the mock server. */
export async function lookAtAccess({ withMock, shoot, flip }) {
  await lookAtCredentials({ withMock, shoot, flip })
  await lookAtGit({ withMock, shoot, flip })
  await lookAtTemplates({ withMock, shoot })
  await lookAtPlatform({ withMock, shoot, flip })
}

async function lookAtCredentials({ withMock, shoot, flip }) {
  const toList = async (tab, base) => {
    await tab.goto(`${base}/credentials`)
    await tab.getByTestId('credentials').waitFor()
  }
  await withMock(8871, ['--agents', '6', '--no-credentials'], async (base) => {
    await shoot(base, 'credentials-empty', async (tab) => {
      await tab.goto(`${base}/credentials`)
      await tab.getByTestId('credentials-empty').waitFor()
    })
  })
  await withMock(8872, ['--agents', '6'], async (base) => {
    await shoot(base, 'credentials-list', (tab) => toList(tab, base))
    await shoot(base, 'credentials-new', async (tab) => {
      await toList(tab, base)
      await tab.getByTestId('credential-new').click()
      await tab.getByTestId('credential-name').fill('OPENAI_API_KEY')
      await tab.getByTestId('credential-secret').fill('not-a-real-key')
    })
    await shoot(base, 'credentials-file', async (tab) => {
      await toList(tab, base)
      await tab.getByTestId('credential-new').click()
      await tab.getByTestId('kind-file').click()
      await tab.getByTestId('credential-file').setInputFiles({
        name: 'service-account.json',
        mimeType: 'application/json',
        buffer: Buffer.from('{\n  "type": "service_account"\n}\n'),
      })
      await tab.getByTestId('credential-submit').click()
    })
    await shoot(base, 'credentials-signin', async (tab) => {
      await toList(tab, base)
      await tab.getByTestId('credential-new').click()
      await tab.getByTestId('kind-oauth2').click()
      await tab.getByTestId('oauth-slack').waitFor()
    })
    await shoot(base, 'credentials-edit', async (tab) => {
      await toList(tab, base)
      await tab.getByTestId('credential-menu-SEARCH_API_KEY').click()
      await tab.getByTestId('credential-replace-open').click()
      await tab.getByTestId('credential-secret').waitFor()
    })
    await shoot(base, 'credentials-delete', async (tab) => {
      await toList(tab, base)
      await tab.getByTestId('credential-menu-SEARCH_API_KEY').click()
      await tab.getByTestId('credential-delete').click()
      await tab.getByTestId('credential-delete-submit').waitFor()
    })
    await shoot(base, 'credentials-import', async (tab) => {
      await toList(tab, base)
      await tab.getByTestId('credential-import').click()
      await tab
        .getByTestId('import-lines')
        .fill(
          '# new ones\nMAPS_API_KEY=1\nSEARCH_API_KEY=2\nlower_case=3\nnothing here\nEMPTY=\nWEATHER_TOKEN=4',
        )
      await tab.getByTestId('import-submit').click()
      await tab.getByTestId('import-preview').waitFor()
    })
    const toTab = async (tab, name) => {
      await tab.goto(`${base}/agents/${name}?tab=credentials`)
      await tab.getByTestId('inside').waitFor()
    }
    await shoot(base, 'credentials-agent', (tab) => toTab(tab, 'research-desk'))
    await shoot(base, 'credentials-agent-pending', async (tab) => {
      await toTab(tab, 'release-notes')
      await tab.getByTestId('needs-apply').waitFor()
    })
    await flip(base, 'kill/inbox-triage')
    await shoot(base, 'credentials-agent-stopped', (tab) => toTab(tab, 'inbox-triage'), {
      themes: ['dark'],
    })
  })
}

async function lookAtGit({ withMock, shoot, flip }) {
  await withMock(8873, ['--agents', '4'], async (base) => {
    const toTab = async (tab) => {
      await tab.goto(`${base}/agents/research-desk?tab=git`)
      await tab.getByTestId('git-tab').waitFor()
    }
    const live = async (tab) => {
      await toTab(tab)
      await tab.getByTestId('git-commits').waitFor()
      await tab.getByTestId('git-lines').waitFor()
    }
    await flip(base, 'git/research-desk/dirty')
    await shoot(base, 'git-dirty', live)
    await shoot(base, 'git-conflict-pull', async (tab) => {
      await flip(base, 'git/research-desk/dirty')
      await live(tab)
      await tab.getByTestId('git-pull').click()
      await tab.getByTestId('git-conflict').waitFor()
    })
    await shoot(base, 'git-conflict-danger', async (tab) => {
      await flip(base, 'git/research-desk/dirty')
      await live(tab)
      await tab.getByTestId('git-pull').click()
      await tab.getByTestId('conflict-force_reset').click()
    })
    await flip(base, 'git/research-desk/clean')
    await shoot(base, 'git-clean', async (tab) => {
      await toTab(tab)
      await tab.getByTestId('git-commits').waitFor()
    })
    await flip(base, 'git/research-desk/away')
    await shoot(base, 'git-away', toTab, { themes: ['dark'] })
    await flip(base, 'git/research-desk/none')
    await shoot(base, 'git-none', toTab)
    await shoot(base, 'git-setup', async (tab) => {
      await toTab(tab)
      await tab.getByTestId('git-setup').click()
      await tab.getByTestId('git-owner').fill('nobody')
      await tab.getByTestId('git-submit').click()
      await tab.getByRole('alert').waitFor()
    })
    await flip(base, 'slow-create')
    await shoot(
      base,
      'git-setting-up',
      async (tab) => {
        await flip(base, 'git/research-desk/none')
        await toTab(tab)
        await tab.getByTestId('git-setup').click()
        await tab.getByTestId('git-owner').fill('acme')
        await tab.getByTestId('git-submit').click()
        await tab.waitForTimeout(4000)
      },
      { themes: ['dark'] },
    )
    await flip(base, 'git/research-desk/ahead')
    await flip(base, 'kill/research-desk')
    await shoot(base, 'git-stopped', toTab, { themes: ['light'] })
  })
}

async function lookAtTemplates({ withMock, shoot }) {
  await withMock(8874, ['--agents', '3'], async (base) => {
    const toPage = async (tab) => {
      await tab.goto(`${base}/templates`)
      await tab.getByTestId('template-blank').waitFor()
    }
    const check = async (tab, address) => {
      await toPage(tab)
      await tab.getByTestId('repository-address').fill(address)
      await tab.getByTestId('repository-check').click()
    }
    await shoot(base, 'templates-all', async (tab) => {
      await toPage(tab)
      await tab.getByRole('button', { name: '3 problems' }).click()
    })
    await shoot(base, 'templates-good', async (tab) => {
      await check(tab, 'acme/price-watch')
      await tab.getByTestId('repository-use').waitFor()
    })
    await shoot(
      base,
      'templates-bad',
      async (tab) => {
        await check(tab, 'https://git.example.com/team/bad.git')
        await tab.getByTestId('template-problems').waitFor()
      },
      { themes: ['dark'] },
    )
    await shoot(
      base,
      'templates-refused',
      async (tab) => {
        await check(tab, 'https://evil.example/team/bot')
        await tab.getByTestId('repository-failed').waitFor()
      },
      { themes: ['light'] },
    )
    await shoot(base, 'templates-create', async (tab) => {
      await toPage(tab)
      await tab.getByTestId('template-github:acme/agent-writer').getByRole('button').last().click()
      await tab.getByTestId('create-name').fill('My writer')
      await tab.getByText('Missing', { exact: true }).first().waitFor()
    })
    await shoot(base, 'templates-create-address', async (tab) => {
      await check(tab, 'acme/price-watch')
      await tab.getByTestId('repository-use').click()
      await tab.getByTestId('create-name').fill('Price watch two')
    })
  })
}

async function lookAtPlatform({ withMock, shoot, flip }) {
  await withMock(8875, ['--agents', '3'], async (base) => {
    await shoot(base, 'settings-keys', async (tab) => {
      await tab.goto(`${base}/settings`)
      await tab.getByTestId('key-anthropic').waitFor()
      await tab.getByTestId('vault-rotate').waitFor()
      await tab.getByTestId('key-github-set').click()
      await tab.getByTestId('key-github-value').fill('ghp_notreal')
      await tab.getByTestId('key-github-test').click()
      await tab.getByTestId('key-github-verdict').waitFor()
      await tab.getByTestId('key-anthropic').scrollIntoViewIfNeeded()
    })
    await shoot(base, 'settings-rotate', async (tab) => {
      await tab.goto(`${base}/settings`)
      await tab.getByTestId('vault-rotate').click()
      await tab.getByTestId('vault-rotate-submit').waitFor()
    })
    const toAudit = async (tab) => {
      await tab.goto(`${base}/audit`)
      await tab.getByTestId('audit').waitFor()
      await tab.getByRole('button', { name: 'Details' }).first().click()
    }
    await shoot(base, 'settings-audit', toAudit)
    await flip(base, 'no-audit')
    await shoot(
      base,
      'settings-audit-empty',
      async (tab) => {
        await tab.goto(`${base}/audit`)
        await tab.getByTestId('audit-empty').waitFor()
      },
      { themes: ['dark'] },
    )
  })
}
