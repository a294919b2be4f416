import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
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

beforeEach(async () => {
  setActivePinia(createPinia())
  sent = undefined
  answer = [200, agent('my-bot')]
  fakeServer({
    'GET /api/templates': () => [200, [template]],
    'POST /api/agents': (init) => {
      sent = JSON.parse(String(init.body))
      return answer
    },
  })
  useFleet().takeSnapshot({ agents: [agent('writer')] })
  wrapper = mount(CreateDialog, { props: { open: true }, attachTo: document.body })
  await flushPromises()
})
afterEach(() => wrapper.unmount())

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

  it('asks before it throws away what was typed', async () => {
    await type('bot')
    document.body
      .querySelector('[role=dialog]')
      ?.dispatchEvent(
        new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, cancelable: true }),
      )
    await flushPromises()
    expect(wrapper.emitted('update:open')).toBeUndefined()
    expect(page()).toContain('Throw away what you typed?')
  })
})
