/** Texts of the frame: finding one's way, the connection, notices, errors. */
export const shell = {
  product: 'Trinity',

  skipToContent: 'Skip to content',

  title: (page: string) => `${page} · Trinity`,

  nav: {
    label: 'Main',
    trail: 'Where you are',
    widen: 'Show names',
    narrow: 'Hide names',
    find: 'Search or jump to',
    help: 'Keyboard',
    agents: 'Agents',
    templates: 'Templates',
    credentials: 'Credentials',
    settings: 'Settings',
  },

  theme: {
    label: 'Theme',
    light: 'Light',
    dark: 'Dark',
    system: 'System',
    use: (name: string) => `Theme: ${name.toLowerCase()}`,
  },

  palette: {
    title: 'Commands',
    placeholder: 'Search agents, pages and actions',
    nothing: (query: string) => `Nothing is called “${query}”.`,
    groups: {
      pages: 'Go to',
      actions: 'Do',
      agents: 'Agents',
      list: 'In lists',
      agent: 'This agent',
      view: 'View',
      general: 'Anywhere',
    },
    goTo: (page: string) => `Go to ${page}`,
    open: 'Search or jump to anything',
    signOut: 'Sign out',
    tabOf: (tab: string, name: string) => `${tab} of ${name}`,
    logsOf: (name: string) => `Logs of ${name}`,
    focusSearch: 'Search this page',
    nextRow: 'Next row',
    previousRow: 'Previous row',
    firstRow: 'First row',
    lastRow: 'Last row',
    selectRow: 'Select or deselect the row',
    openRow: 'Open the row',
    rowMenu: 'Menu of the row',
    dropSelection: 'Drop the selection',
  },

  keys: {
    title: 'Keyboard',
    intro: 'None of these work while you type, except the first.',
    help: 'Show these keys',
    close: 'Close what is open',
  },

  common: {
    cancel: 'Cancel',
    close: 'Close',
    retry: 'Try again',
    copy: 'Copy',
    copied: 'Copied',
    sortBy: (column: string) => `Order by ${column.toLowerCase()}`,
    steps: { waiting: 'waiting', working: 'under way', done: 'done', failed: 'failed' },
    clearFilters: 'Clear filters',
    clearSearch: 'Clear search',
    loading: 'Loading',
    more: 'More',
    moreTabs: 'More tabs',
    show: 'Show password',
    hide: 'Hide password',
    unknown: 'unknown',
    chosen: 'chosen',
    none: '–',
    optional: 'optional',
  },

  connection: {
    label: 'Connection',
    live: 'Live',
    connecting: 'Connecting',
    reconnecting: 'Reconnecting',
    offline: 'Offline',
    liveTip: 'Changes arrive as they happen.',
    connectingTip: 'Opening the live connection.',
    since: (clock: string) => `No live connection since ${clock}.`,
    nextTry: (seconds: number) => (seconds > 0 ? `Next try in ${seconds} s.` : 'Trying now.'),
    offlineTip: 'This device has no network.',
    offlineLine: (age: string) =>
      `This device is offline. What you see was true ${age}; it goes on by itself when the network is back.`,
    slowerLine: (age: string) =>
      `The live connection is gone. Figures are fetched every few seconds instead; last answer ${age}.`,
    lostLine: (age: string) => `The live connection is gone. What you see was true ${age}.`,
    retryNow: 'Reconnect now',
  },

  engine: {
    label: 'Engine',
    ok: 'Engine ok',
    unreachable: 'Engine away',
    unknown: 'Engine …',
    age: (age: string) => `Shown as it was ${age}.`,
    okTip: 'The container engine answers.',
    banner: (since: string | null, age: string | null) =>
      since === null
        ? 'The container engine does not answer. This is what was known last.'
        : `The container engine does not answer since ${since}. You see what was known then, ${age}.`,
    bannerNext: 'Actions will fail until it is back. Agents that run go on running.',
  },

  copyByHand: {
    title: 'Copy this by hand',
    body: 'This browser does not let the page copy. The text is selected: copy it with Ctrl + C, with ⌘ C, or by the menu of the selection.',
    label: 'Text to copy',
  },

  discard: {
    title: 'Throw away what you typed?',
    keep: 'Keep editing',
    discard: 'Throw away',
  },

  loading: {
    title: 'This could not be loaded',
    body: 'The network may have changed, or a new version was installed. Loading the page again helps.',
    again: 'Load again',
  },

  notFound: {
    page: 'Not found',
    title: 'There is no page at this address',
    body: 'The address may be old or mistyped.',
  },

  toasts: {
    region: 'Notices',
    dismiss: 'Dismiss',
    waiting: (n: number) =>
      n === 1
        ? '1 more notice when one is dismissed'
        : `${n} more notices when these are dismissed`,
  },

  errors: {
    unexpected: 'Something went wrong. Try again.',
    noAnswer: 'The server did not answer. Check the connection and try again.',
    invalid: 'Some fields need another value.',
    byStatus: (status: number) => {
      switch (status) {
        case 401:
          return 'You are not signed in.'
        case 403:
          return 'You may not do this.'
        case 404:
          return 'This does not exist any more.'
        case 409:
          return 'Another action on this agent is still under way. Wait for it to end.'
        case 429:
          return 'Too many tries. Wait a little and try again.'
        case 503:
          return 'The container engine does not answer. Try again when it is back.'
        case 504:
          return 'This took longer than its limit. It may still finish; check the state.'
        default:
          return status >= 500
            ? 'The server had a problem with this. Try again.'
            : 'The server did not accept this.'
      }
    },
  },
} as const
