import { flushPromises, mount, RouterLinkStub, type VueWrapper } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import CreateDialog from '@/features/agents/CreateDialog.vue'
import { useFleet } from '@/stores/fleet'
import { agent, fakeServer } from '../helpers'

const template = {
  id: 'local:demo',
  display_name: 'Demo',
  description: 'Counts',
  mcp_servers: [],
  resources: { cpu: '1', memory: '256m' },
  source: 'local',
  required_credentials: [{ name: 'SEARCH_KEY', source: '.env.example' }],
  priority: 1,
}

let wrapper: VueWrapper
let sent: unknown
let answer: [number, unknown]
let owned: unknown[]
let checked: unknown
let found: [number, unknown]

beforeEach(async () => {
  setActivePinia(createPinia())
  sent = undefined
  checked = undefined
  owned = []
  answer = [200, agent('my-bot')]
  fakeServer({
    'GET /api/templates': () => [200, [template]],
    'GET /api/templates/required-credentials?template_id=local%3Ademo': () => [
      200,
      {
        template_id: 'local:demo',
        required: [{ name: 'SEARCH_KEY', source: '.env.example', credentials: owned }],
      },
    ],
    'POST /api/templates/check': (init) => {
      checked = JSON.parse(String(init.body))
      return found
    },
    'POST /api/agents': (init) => {
      sent = JSON.parse(String(init.body))
      return answer
    },
  })
  useFleet().takeSnapshot({ agents: [agent('writer')] })
  wrapper = mount(CreateDialog, {
    props: { open: true },
    attachTo: document.body,
    global: { stubs: { RouterLink: RouterLinkStub } },
  })
  await flushPromises()
})
afterEach(async () => {
  wrapper.unmount()
  // A dialog that goes gives the focus back a moment later: not into the next test.
  await new Promise((done) => setTimeout(done))
})

const page = () => document.body.textContent ?? ''
const find = <T extends HTMLElement>(selector: string): T => {
  const element = document.body.querySelector<T>(selector)
  if (element === null) throw new Error(`nothing at ${selector}`)
  return element
}

async function type(name: string): Promise<void> {
  const input = find<HTMLInputElement>('[data-testid=create-name]')
  input.value = name
  input.dispatchEvent(new Event('input'))
  await flushPromises()
}

async function submit(): Promise<void> {
  find<HTMLFormElement>('form').dispatchEvent(new Event('submit', { cancelable: true }))
  await flushPromises()
}

describe('the create dialog', () => {
  it('is a labelled modal dialog', () => {
    const dialog = find('[role=dialog]')
    expect(
      document.getElementById(dialog.getAttribute('aria-labelledby') ?? '')?.textContent,
    ).toContain('New agent')
  })

  it('shows while typing what the name will be, and that it is taken', async () => {
    await type('My Bot')
    expect(page()).toContain('Will be called “my-bot”')
    await type('Writer')
    expect(page()).toContain('There is already an agent “writer”')
    expect(find('[data-testid=create-name]').getAttribute('aria-invalid')).toBe('true')
    await submit()
    expect(sent).toBeUndefined()
  })

  it('creates a blank agent with its limits and closes', async () => {
    await type('My Bot')
    await submit()
    expect(sent).toEqual({
      name: 'My Bot',
      resources: { cpu: '2', memory: '4g' },
      runtime: 'claude-code',
    })
    expect(wrapper.emitted('created')).toEqual([['my-bot']])
    expect(wrapper.emitted('update:open')).toEqual([[false]])
    expect(useFleet().agents.has('my-bot')).toBe(true)
  })

  it('says what a template brings, and sends only its id', async () => {
    find<HTMLInputElement>('[data-template="local:demo"] input').click()
    await flushPromises()
    expect(page()).toContain('1 core · 256 MB')
    expect(page()).toContain('SEARCH_KEY')
    await type('bot')
    await submit()
    expect(sent).toEqual({ name: 'bot', template: 'local:demo' })
  })

  it.each([
    ['Missing', []],
    ['You have it', [{ id: 'a', name: 'SEARCH_KEY', service: 'search', type: 'api_key' }]],
  ])('tells of a credential that the template needs: %s', async (word, have) => {
    owned = have
    find<HTMLInputElement>('[data-template="local:demo"] input').click()
    await flushPromises()
    expect(find('[data-need=SEARCH_KEY]').textContent).toContain(word)
  })

  it('makes an agent from the address of a repository, with a branch of its own', async () => {
    found = [
      200,
      {
        template: 'github:acme/bot@dev',
        valid: true,
        problems: [],
        item: { ...template, id: 'github:acme/bot@dev', display_name: 'Bot of Acme' },
      },
    ]
    find<HTMLInputElement>('[data-template=repository] input').click()
    await flushPromises()
    await type('bot')
    await submit()
    expect(sent).toBeUndefined()
    expect(page()).toContain('neither owner/repository nor an address')
    for (const [field, value] of [
      ['repository-address', 'https://github.com/acme/bot.git'],
      ['repository-branch', 'dev'],
    ] as const) {
      const input = find<HTMLInputElement>(`[data-testid=${field}]`)
      input.value = value
      input.dispatchEvent(new Event('input'))
    }
    await flushPromises()
    find('[data-testid=repository-check]').click()
    await flushPromises()
    expect(checked).toEqual({ template: 'github:acme/bot@dev' })
    expect(page()).toContain('“Bot of Acme” can be used.')
    find<HTMLInputElement>('[data-testid=mode-own] input').click()
    await submit()
    expect(sent).toEqual({ name: 'bot', template: 'github:acme/bot@dev', source_mode: false })
  })

  it("stays open with the server's reason at its field, until the field changes", async () => {
    answer = [
      422,
      { detail: [{ type: 'x', loc: ['body', 'resources', 'memory'], msg: 'More than there is' }] },
    ]
    await type('bot')
    await submit()
    expect(wrapper.emitted('update:open')).toBeUndefined()
    const select = [...document.querySelectorAll('select')].find(
      (one) => one.getAttribute('aria-invalid') === 'true',
    )
    expect(
      document.getElementById(select?.getAttribute('aria-describedby') ?? '')?.textContent,
    ).toContain('More than there is')
    if (select) {
      select.value = '2g'
      select.dispatchEvent(new Event('change'))
    }
    await flushPromises()
    expect(page()).not.toContain('More than there is')
  })

  /** Not in the very millisecond in which it has come: that is taken for a click from before. */
  async function press(button: string): Promise<void> {
    await new Promise((done) => setTimeout(done, 3))
    find(`[data-testid=${button}]`).click()
    await flushPromises()
  }
  const escape = () =>
    document.body
      .querySelector('[role=dialog]')
      ?.dispatchEvent(
        new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, cancelable: true }),
      )
  it.each([
    ['Esc', escape],
    ['its X', () => find('[aria-label=Close]').click()],
  ])('asks before it throws away what was typed, by %s', async (_way, leave) => {
    await type('bot')
    find('[data-testid=create-name]').focus()
    leave()
    await flushPromises()
    expect(wrapper.emitted('update:open')).toBeUndefined()
    expect(page()).toContain('Throw away what you typed?')
    expect(document.activeElement).toBe(find('[data-testid=discard-keep]'))
    await press('discard-keep')
    expect(page()).not.toContain('Throw away what you typed?')
    expect(document.activeElement).toBe(find('[data-testid=create-name]'))
    leave()
    await flushPromises()
    await press('discard-leave')
    expect(wrapper.emitted('update:open')).toEqual([[false]])
  })

  it('begins at the name, and its X closes what nothing was typed into', async () => {
    expect(document.activeElement).toBe(find('[data-testid=create-name]'))
    find('[aria-label=Close]').click()
    await flushPromises()
    expect(wrapper.emitted('update:open')).toEqual([[false]])
  })
})
