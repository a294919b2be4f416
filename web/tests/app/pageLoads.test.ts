import { beforeEach, describe, expect, it } from 'vitest'
import {
  AGAIN_AFTER_MS,
  failedPage,
  isLoadFailure,
  pageArrived,
  pageFailed,
  twice,
  type Surroundings,
} from '@/app/pageLoads'

let kept: string | null
let now: number
let answers: boolean
let opened: string[]
const around: Surroundings = {
  reachable: async () => answers,
  open: (address) => opened.push(address),
  remembered: () => kept,
  remember: (value) => (kept = value),
  now: () => now,
}

beforeEach(() => {
  kept = null
  now = 1_000_000
  answers = true
  opened = []
  pageArrived()
})

describe('a page whose script cannot be fetched', () => {
  it.each([
    'Failed to fetch dynamically imported module: http://host/assets/a.js',
    'error loading dynamically imported module: http://host/assets/a.js',
    'Importing a module script failed.',
    'Unable to preload CSS for /assets/a.css',
  ])('is told from other errors: %s', (message) => {
    expect(isLoadFailure(new TypeError(message))).toBe(true)
  })

  it('is not any error of a page', () => {
    expect(isLoadFailure(new TypeError('x is undefined'))).toBe(false)
    expect(isLoadFailure('Failed to fetch dynamically imported module')).toBe(false)
  })

  it('is fetched twice before anything is done about it', async () => {
    const answers = [new TypeError('Failed to fetch dynamically imported module: a'), 'page']
    const load = twice(() => {
      const next = answers.shift()
      return next instanceof Error ? Promise.reject(next) : Promise.resolve(next)
    })
    expect(await load()).toBe('page')
    let tried = 0
    const broken = twice(() => {
      tried += 1
      return Promise.reject(new TypeError('x is undefined'))
    })
    await expect(broken()).rejects.toThrow('x is undefined')
    expect(tried).toBe(1)
  })

  it('is loaded again at its address', async () => {
    await pageFailed('/agents?state=running', around)
    expect(opened).toEqual(['/agents?state=running'])
    expect(failedPage.value).toBeNull()
  })

  it('is loaded again once only: then it is said', async () => {
    await pageFailed('/agents', around)
    now += AGAIN_AFTER_MS - 1
    await pageFailed('/agents', around)
    expect(opened).toHaveLength(1)
    expect(failedPage.value).toBe('/agents')
    now += 1
    await pageFailed('/agents', around)
    expect(opened).toHaveLength(2)
  })

  it('is not left for an error of the browser while the server does not answer', async () => {
    answers = false
    await pageFailed('/settings', around)
    expect(opened).toEqual([])
    expect(failedPage.value).toBe('/settings')
    pageArrived()
    expect(failedPage.value).toBeNull()
  })
})
