import type { TopicOptions } from './frames'

type TopicState = 'none' | 'asked' | 'on' | 'refused'

/** What the protocol core remembers of one wanted topic. */
export interface Topic {
  state: TopicState
  /** The server was asked for it and has not ended it: also while a whole snapshot is still to be asked for again. */
  held: boolean
  options: TopicOptions | undefined
  /** The options changed while the subscription stands: they are still to be sent. */
  optionsOpen: boolean
  /** Last sequence number seen; null asks for a whole snapshot. */
  seq: number | null
  /** A gap was found and a new subscription is on its way; later events wait for its answer. */
  resyncing: boolean
  /** The number at which the last gap was found: a second gap there means that `since` does not help. */
  gapAt: number | null
  retryAt: number | null
  refusals: number
}

export function newTopic(options: TopicOptions | undefined): Topic {
  return {
    state: 'none',
    held: false,
    options,
    optionsOpen: false,
    seq: null,
    resyncing: false,
    gapAt: null,
    retryAt: null,
    refusals: 0,
  }
}

export function refuse(topic: Topic): void {
  topic.state = 'refused'
  topic.held = false
}

/** Other options are answered by a whole snapshot; until it is here, events count in a stream that has ended. */
export function setOptions(topic: Topic, options: TopicOptions | undefined): void {
  if (JSON.stringify(topic.options) === JSON.stringify(options)) return
  topic.options = options
  topic.seq = null
  if (topic.state !== 'on' && topic.state !== 'asked') return
  topic.optionsOpen = true
  topic.resyncing = true
}
