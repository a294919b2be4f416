import { defineStore } from 'pinia'
import { shallowReactive } from 'vue'
import type { ChatMessage, ChatSession } from '@/api/types'

/** A message on its way to its answer. */
export interface Turn {
  /** Whatever happens on the way, a message with the same key is sent once. */
  readonly key: string
  readonly text: string
  readonly sentAt: number
  /**
   * `refused`: the server did not take it. `unsure`: nobody knows whether it has arrived. `ended`: there is no answer
   * and there will be none.
   */
  readonly state: 'sending' | 'going' | 'refused' | 'unsure' | 'ended'
  /** Its record; null until the server has told. */
  readonly id: string | null
  /** The newest message when it was sent: what comes later belongs to it. */
  readonly after: string | null
  /** The person has pressed Stop. */
  readonly stopping: boolean
  readonly reason: string | null
}

/** What is known of the open conversation with one agent. */
export interface KeptChat {
  readonly session: ChatSession | null
  /** Oldest first. */
  readonly messages: readonly ChatMessage[]
  readonly hasOlder: boolean
}

const DRAFT = 'trinity-draft'
const LONGEST_DRAFT = 200_000

/** Conversations outlive their tab: what is typed, what is on its way, and what was read. */
export const useChats = defineStore('chats', () => {
  const turns = shallowReactive(new Map<string, Turn>())
  const kept = shallowReactive(new Map<string, KeptChat>())

  function change(agent: string, key: string, fields: Partial<Turn>): void {
    const turn = turns.get(agent)
    if (turn?.key === key) turns.set(agent, { ...turn, ...fields })
  }

  /** What was typed survives a reload, and a new sign-in of the same person in this tab. */
  function draft(person: string, agent: string): string {
    try {
      return sessionStorage.getItem(`${DRAFT}:${person}:${agent}`) ?? ''
    } catch {
      return ''
    }
  }

  function keepDraft(person: string, agent: string, words: string): void {
    try {
      const key = `${DRAFT}:${person}:${agent}`
      if (words === '') sessionStorage.removeItem(key)
      else sessionStorage.setItem(key, words.slice(0, LONGEST_DRAFT))
    } catch {
      // kept for this page only
    }
  }

  function clear(): void {
    turns.clear()
    kept.clear()
  }

  /** The person has left, or another one has come: nothing that somebody else typed stays in this browser. */
  function forgetDrafts(person: string | null = null): void {
    const mine = person === null ? null : `${DRAFT}:${person}:`
    try {
      for (const key of Object.keys(sessionStorage))
        if (key.startsWith(`${DRAFT}:`) && (mine === null || !key.startsWith(mine)))
          sessionStorage.removeItem(key)
    } catch {
      // there is nothing to forget
    }
  }

  return { turns, kept, change, draft, keepDraft, clear, forgetDrafts }
})
