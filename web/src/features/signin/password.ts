import { text } from '@/text/en'

export const PASSWORD_MIN = 8

/** 0 to 4: length of 8, length of 12, mixed case, a digit, another character; five signs, at most four steps. */
export function strengthOf(password: string): 0 | 1 | 2 | 3 | 4 {
  const signs = [
    password.length >= PASSWORD_MIN,
    password.length >= 12,
    /[a-z]/.test(password) && /[A-Z]/.test(password),
    /\d/.test(password),
    /[^A-Za-z0-9]/.test(password),
  ].filter(Boolean).length
  return Math.min(4, signs) as 0 | 1 | 2 | 3 | 4
}

export interface SetupProblem {
  field: 'password' | 'confirm' | null
  message: string
}

export function setupProblem(password: string, confirm: string): SetupProblem {
  const missing = PASSWORD_MIN - [...password].length
  if (missing > 0) return { field: 'password', message: text.setup.short(missing) }
  if (password !== confirm) return { field: 'confirm', message: text.setup.differs }
  return { field: null, message: '' }
}
