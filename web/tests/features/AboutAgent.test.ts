import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import type { AgentTemplateInfo } from '@/api/types'
import AboutAgent from '@/features/agents/AboutAgent.vue'

function about(resources: Record<string, unknown>): string {
  const info = { display_name: 'Writer', has_template: true, status: 'running', resources }
  return mount(AboutAgent, { props: { info: info as unknown as AgentTemplateInfo } }).text()
}

describe('what a template says', () => {
  it('tells its memory as it is told everywhere else', () => {
    expect(about({ memory: '4g' })).toContain('4 GB')
    expect(about({ memory: '512m' })).toContain('512 MB')
  })

  it('leaves as it is what is no size', () => {
    expect(about({ memory: 'plenty' })).toContain('plenty')
  })
})
