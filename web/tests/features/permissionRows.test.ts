import { describe, expect, it } from 'vitest'
import { permissionRows } from '@/features/permissions/permissionRows'
import { agent } from '../helpers'

describe('the list of agents that may be called', () => {
  const agents = [agent('writer', { owner: 'maria' }), agent('desk'), agent('archive')]
  const isPermitted = (name: string) => name === 'desk'
  const names = (filter: 'all' | 'permitted' | 'other', search = '') =>
    permissionRows(agents, isPermitted, filter, search).map((one) => one.name)

  it('is in the order of names', () => {
    expect(names('all')).toEqual(['archive', 'desk', 'writer'])
  })

  it('is filtered by what is permitted and by words of name and owner', () => {
    expect(names('permitted')).toEqual(['desk'])
    expect(names('other')).toEqual(['archive', 'writer'])
    expect(names('all', 'MARIA wri')).toEqual(['writer'])
    expect(names('all', 'maria desk')).toEqual([])
  })
})
