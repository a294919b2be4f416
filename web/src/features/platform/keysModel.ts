import type { PlatformKey, PlatformKeyStatus, PlatformKeyTest } from '@/api/types'
import { text } from '@/text/en'

export const PLATFORM_KEYS: readonly PlatformKey[] = ['anthropic', 'github', 'google', 'openai']

/** Where the key in use comes from. */
export function sourceWords(status: PlatformKeyStatus): string {
  if (!status.configured) return text.platformKeys.missing
  return status.source === 'env' ? text.platformKeys.fromEnv : text.platformKeys.fromSettings
}

export interface TestVerdict {
  tone: 'good' | 'attention' | 'bad'
  words: string
}

export function verdictOf(test: PlatformKeyTest): TestVerdict {
  if (!test.valid)
    return { tone: 'bad', words: text.platformKeys.worksNot(test.error ?? text.errors.unexpected) }
  const works = test.username ? text.platformKeys.worksAs(test.username) : text.platformKeys.works
  if (test.has_repo_access === false)
    return { tone: 'attention', words: `${works} ${text.platformKeys.noRepos}` }
  return { tone: 'good', words: works }
}
