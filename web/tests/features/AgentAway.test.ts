import { mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import AgentAway from '@/features/agents/AgentAway.vue'
import { useSession } from '@/stores/session'
import { text } from '@/text/en'

beforeEach(() => setActivePinia(createPinia()))

function title(role: string, gone: 'deleted' | 'revoked' | null): string {
  useSession().known('ann', role, null)
  return mount(AgentAway, { props: { name: 'writer', gone } })
    .get('h1')
    .text()
}

describe('in place of an agent', () => {
  it('tells what was deleted from what was taken back', () => {
    expect(title('user', 'deleted')).toBe(text.agent.away.deleted('writer').title)
    expect(title('user', 'revoked')).toBe(text.agent.away.revoked('writer').title)
  })

  it('tells only administrators that an agent does not exist', () => {
    expect(title('admin', null)).toBe(text.agent.away.unknown('writer').title)
    expect(title('user', null)).toBe(text.agent.away.hidden('writer').title)
  })
})
