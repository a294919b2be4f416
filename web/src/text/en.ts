const agents = (n: number) => (n === 1 ? '1 agent' : `${n} agents`)

/** Every text a person reads, in one place. Functions where a value stands in the sentence. */
export const text = {
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

  session: {
    ended: 'Your session has ended. Sign in again to go on where you were.',
    signedOut: 'You are signed out.',
    setupDone: 'The password is set. Sign in with it.',
    setupAlready: 'Setup was already finished. Sign in with the administrator password.',
    endsSoon: (minutes: number) => `Your session ends in ${minutes} min.`,
    goOn: 'Stay signed in',
    renewed: 'You stay signed in.',
    signOut: 'Sign out',
    signedInAs: 'Signed in as',
    account: 'Account',
    expires: 'Session ends',
    role: (role: string) => (role === 'admin' ? 'Administrator' : 'User'),
  },

  unreachable: {
    title: 'Trinity does not answer',
    body: 'The page is loaded, but the server behind it cannot be reached. It may be restarting; check the network or start it again.',
  },

  setup: {
    page: 'First-time setup',
    title: 'Choose the administrator password',
    intro:
      'This is a new Trinity. The password you choose belongs to the user “admin” and opens everything, so make it a long one.',
    password: 'Password',
    confirm: 'Password again',
    rule: 'At least 8 characters.',
    submit: 'Finish setup',
    short: (missing: number) =>
      missing === 1 ? 'One more character is needed.' : `${missing} more characters are needed.`,
    differs: 'The two passwords are not the same.',
    same: 'The passwords are the same.',
    strength: 'Strength',
    levels: ['weak', 'weak', 'fair', 'good', 'strong'] as const,
  },

  signIn: {
    page: 'Sign in',
    title: 'Sign in',
    username: 'User name',
    password: 'Password',
    submit: 'Sign in',
    usernameMissing: 'Enter your user name.',
    passwordMissing: 'Enter your password.',
  },

  agents: {
    page: 'Agents',
    create: 'New agent',
    search: 'Search agents',
    searchHint: 'Search',
    count: (shown: number, all: number) =>
      shown === all ? (all === 1 ? '1 agent' : `${all} agents`) : `${shown} of ${all} agents`,
    filterLabel: 'State',
    filters: { all: 'All', running: 'Running', stopped: 'Stopped', attention: 'Needs a look' },
    view: { label: 'View', table: 'Table', cards: 'Cards' },
    density: { compact: 'Compact rows', comfortable: 'Comfortable rows' },
    tableLabel: 'Agents',
    columns: {
      name: 'Agent',
      state: 'State',
      now: 'Now',
      cpu: 'CPU',
      memory: 'Memory',
      since: 'Since',
      owner: 'Owner',
      actions: 'Actions',
    },
    sortBy: (column: string) => `Sort by ${column}`,
    emptyTitle: 'No agents yet',
    emptyBody:
      'An agent runs in a container of its own, with its own files and limits. Make one from a template and it starts at once.',
    emptyAction: 'Make the first agent',
    filteredTitle: 'Nothing fits these filters',
    filteredBody: (all: number) =>
      all === 1 ? 'One agent is hidden by them.' : `All ${all} agents are hidden by them.`,
    loadFailed: 'The agents could not be loaded',
    blank: 'Blank',
    system: 'System',
    shared: (owner: string) => `Shared by ${owner}`,
    you: 'you',
    nobody: 'nobody',
  },

  agent: {
    start: 'Start',
    stop: 'Stop',
    open: 'Open',
    logs: 'Show logs',
    delete: 'Delete…',
    menu: (name: string) => `Actions for ${name}`,
    startAgain: 'Start again',
    startNamed: (name: string) => `Start ${name}`,
    stopNamed: (name: string) => `Stop ${name}`,
    started: (name: string) => `${name} is running.`,
    stopped: (name: string) => `${name} is stopped.`,
    deleted: (name: string) => `${name} and its data are deleted.`,
    created: (name: string) => `${name} is made and starting.`,
    startFailed: (name: string) => `${name} could not be started`,
    stopFailed: (name: string) => `${name} could not be stopped`,
    deleteFailed: (name: string) => `${name} could not be deleted`,
    uptime: 'Uptime',
    since: (clock: string) => `since ${clock}`,
    network: 'Network in',
    totals: (received: string) => `${received} so far`,
    sentNote: (value: string, unit: string) => `${value} ${unit} out`,
    traffic: (received: string, sent: string) =>
      `${received} received and ${sent} sent since the start`,
    cpu: 'CPU',
    memory: 'Memory',
    ofCores: (cores: string) => (cores === '1' ? 'of 1 core' : `of ${cores} cores`),
    noFigures: 'No figures while it is stopped',
    waitingForFigures: 'Waiting for the first figures',
    unavailable: 'not available',
    trend: (label: string, peak: string) => `${label}, last 5 minutes, highest ${peak}`,
    away: {
      deleted: (name: string) => ({
        title: 'This agent was deleted',
        body: `“${name}” and its data are gone.`,
      }),
      revoked: (name: string) => ({
        title: 'You may not see this agent any more',
        body: `Your access to “${name}” was taken back. Its owner can share it with you again.`,
      }),
      unknown: (name: string) => ({
        title: 'This agent does not exist',
        body: `There is no agent “${name}”. It may have been deleted, or the address is mistyped.`,
      }),
      hidden: (name: string) => ({
        title: 'You cannot see this agent',
        body: `“${name}” does not exist, or it belongs to somebody who has not shared it with you.`,
      }),
    },
    toAgents: 'To the agents',
    tabs: { label: 'Agent', overview: 'Overview', info: 'Info', logs: 'Logs' },
  },

  bulk: {
    label: 'What to do with the chosen agents',
    select: (name: string) => `Select ${name}`,
    selectAll: (n: number) => (n === 1 ? 'Select the agent' : `Select all ${n} agents`),
    chosen: (n: number) => `${n} selected`,
    startCount: (n: number) => (n === 0 ? 'Start' : `Start ${n}`),
    stopCount: (n: number) => (n === 0 ? 'Stop' : `Stop ${n}`),
    more: (n: number) => `and ${n} more`,
    start: {
      title: (n: number) => `Start ${agents(n)}?`,
      body: 'They start four at a time and then use processor and memory up to their limits.',
      left: (n: number) => `${agents(n)} of the selected ${n === 1 ? 'needs' : 'need'} no start.`,
      submit: (n: number) => `Start ${agents(n)}`,
      progress: (done: number, all: number) => `${done} of ${all} started`,
      done: (n: number) => `${agents(n)} ${n === 1 ? 'is' : 'are'} running.`,
      failed: (n: number, all: number) => `${n} of ${agents(all)} could not be started.`,
    },
    stop: {
      title: (n: number) => `Stop ${agents(n)}?`,
      body: 'What they are doing ends: each gets 10 s to finish. Their files stay, and they can be started again.',
      left: (n: number) => `${agents(n)} of the selected ${n === 1 ? 'does' : 'do'} not run.`,
      submit: (n: number) => `Stop ${agents(n)}`,
      progress: (done: number, all: number) => `${done} of ${all} stopped`,
      done: (n: number) => `${agents(n)} ${n === 1 ? 'is' : 'are'} stopped.`,
      failed: (n: number, all: number) => `${n} of ${agents(all)} could not be stopped.`,
    },
  },

  state: {
    running: 'Running',
    stopped: 'Stopped',
    paused: 'Paused',
    restarting: 'Restarting',
    removing: 'Deleting',
    starting: 'Starting',
    stopping: 'Stopping',
    deleting: 'Deleting',
    creating: 'Creating',
  },

  now: {
    busy: 'Busy',
    quiet: 'Quiet',
    judgedByCpu: 'Judged by its CPU',
    starting: 'Starting',
    stopping: 'Stopping, it gets 10 s to finish',
    deleting: 'Deleting container and data',
    creating: 'Making container and volumes',
    paused: 'Held by the engine',
    restarting: 'The engine starts it again',
    stoppedByUser: 'Stopped by a person',
    stoppedForResources: 'Stopped to change its limits',
    emergency: 'Stopped by the emergency stop',
    bySystem: 'Stopped by the system',
    oom: 'Ended: out of memory',
    killed: 'Killed from outside',
    failed: (code: number) => `Ended by itself, exit code ${code}`,
    finished: 'Ended by itself, without an error',
  },

  create: {
    title: 'New agent',
    intro: 'It gets a container of its own and starts at once.',
    name: 'Name',
    nameHint: 'Letters, digits, “.”, “_” and “-”.',
    willBe: (name: string) => `Will be called “${name}”`,
    good: 'This name is free.',
    unusable: 'The name needs at least one letter or digit.',
    tooLong: (limit: number) => `At most ${limit} characters.`,
    taken: (name: string) => `There is already an agent “${name}”.`,
    reserved: (name: string) => `“${name}” is kept for the system.`,
    missing: 'Enter a name.',
    template: 'Template',
    blank: 'Blank',
    blankBody: 'An empty home directory and nothing else.',
    templatesFailed: 'The templates could not be loaded. A blank agent can still be made.',
    fromTemplate: 'Set by the template',
    credentials: (names: string) => `Needs credentials: ${names}`,
    runtime: 'Runtime',
    runtimes: {
      'claude-code': 'Claude Code',
      'gemini-cli': 'Gemini CLI',
    },
    cpu: 'CPU',
    cores: (n: string) => (n === '1' ? '1 core' : `${n} cores`),
    memory: 'Memory',
    submit: 'Create agent',
    /** The server says what it is at; until it does, that it is at work. */
    step: (step: string) => (step === '' ? 'Making the agent. This takes a few seconds.' : step),
  },

  remove: {
    title: (name: string) => `Delete ${name}?`,
    running: 'It is running now and will be stopped first.',
    body: 'Its container, its files and its keys are removed. This cannot be undone.',
    type: (name: string) => `Type ${name} to confirm`,
    submit: 'Delete agent',
    progress: 'Deleting. The agent gets 10 s to stop.',
  },

  discard: {
    title: 'Throw away what you typed?',
    keep: 'Keep editing',
    discard: 'Throw away',
  },

  overview: {
    cpuChart: 'CPU, share of the limit',
    memoryChart: 'Memory, share of the limit',
    lastMinutes: 'last 5 minutes',
    facts: 'Facts',
    template: 'Template',
    runtime: 'Runtime',
    type: 'Kind',
    owner: 'Owner',
    created: 'Made',
    started: 'Started',
    cpuLimit: 'CPU limit',
    memoryLimit: 'Memory limit',
    container: 'Container',
    copyContainer: 'Copy the whole container id',
    saysNothing: 'It says nothing about itself',
    image: 'Image version',
    version: 'Version',
    author: 'Author',
    useCases: 'Good for',
    capabilities: 'Can do',
    commands: 'Commands',
    skills: 'Skills',
    tools: 'Tools',
    mcpServers: 'MCP servers',
    subAgents: 'Helpers',
    platforms: 'Platforms',
    infoFailed: 'What the agent says about itself could not be loaded',
    noTemplate: 'This agent was made without a template, so it says nothing about itself.',
    chartEmpty: 'The chart starts with the first figures.',
    chartStopped: 'Figures come while the agent is running.',
  },

  logs: {
    tools: 'Log tools',
    menu: 'More about this log',
    search: 'Search in these lines',
    matches: (n: number, place: number, more: boolean) => {
      if (more) return `${n.toLocaleString()}… lines match`
      if (n === 0) return 'No line matches'
      const all = n.toLocaleString()
      if (place > 0) return `${place.toLocaleString()} of ${all}`
      return n === 1 ? '1 line matches' : `${all} lines match`
    },
    onlyMatches: 'Only lines that match',
    previous: 'Match above (Enter)',
    next: 'Match below (Shift+Enter)',
    level: 'Level',
    levels: { all: 'All levels', info: 'Info and above', warn: 'Warnings', error: 'Errors' },
    stream: 'Written to',
    streams: { both: 'Both', stdout: 'Standard output', stderr: 'Standard error' },
    times: 'Times',
    wrap: 'Wrap long lines',
    pause: 'Pause',
    follow: 'Follow the newest line',
    toEnd: (n: number) =>
      n === 0 ? 'To the newest line' : n === 1 ? '1 new line' : `${n.toLocaleString()} new lines`,
    jump: 'Jump to a time…',
    jumpTitle: 'Jump to a time',
    jumpTo: 'Date and time',
    jumpRange: (from: string, to: string) => `This page holds lines from ${from} to ${to}.`,
    jumpSubmit: 'Jump',
    copy: (n: number) => (n === 1 ? 'Copy the line' : `Copy these ${n.toLocaleString()} lines`),
    copied: (n: number) =>
      n === 1 ? 'The line is copied.' : `${n.toLocaleString()} lines are copied.`,
    copyFailed: 'This browser does not allow copying here.',
    save: (n: number) => (n === 1 ? 'Save the line' : `Save these ${n.toLocaleString()} lines`),
    download: (n: number) => `Download the last ${n.toLocaleString()} lines`,
    downloadFailed: 'The log could not be downloaded',
    region: (name: string) => `Logs of ${name}`,
    cut: (size: string) => `and ${size} more in this line`,
    markers: {
      skipped: (n: number) =>
        n === 1 ? '1 line skipped here' : `${n.toLocaleString()} lines skipped here`,
      gap: () => 'Some lines may be missing here',
      replaced: () => 'The container was replaced. From here on it is the new one.',
    },
    faces: {
      live: { label: 'Live', tip: 'Lines appear as they are written.' },
      paused: { label: 'Paused', tip: 'New lines are kept, the view stands still.' },
      polling: {
        label: 'Every 15 s',
        tip: 'The live connection is gone. Lines are fetched every 15 s until it is back.',
      },
      ended: { label: 'Stopped', tip: 'The agent does not run. These are its last lines.' },
      interrupted: {
        label: 'Waiting for the engine',
        tip: 'The container engine does not answer. The log goes on by itself.',
      },
      connecting: { label: 'Connecting', tip: 'Looking for the log.' },
    },
    interrupted:
      'The container engine does not answer, so no new lines come. The log goes on by itself when it is back.',
    lines: (all: number, shown: number) => {
      const count = all === 1 ? '1 line' : `${all.toLocaleString()} lines`
      return all === shown ? count : `${shown.toLocaleString()} of ${count}`
    },
    memoryTip: 'Memory that these lines take in this browser, about. At 40 MB the oldest go.',
    letGo: (n: number) => `${n.toLocaleString()} oldest let go`,
    letGoTip: 'This page keeps the newest lines. Download the log for older ones.',
    empty: {
      title: 'Nothing written yet',
      body: 'What the agent writes to its output appears here at once.',
    },
    emptyEnded: {
      title: 'It wrote nothing',
      body: 'The agent is stopped, and it wrote nothing while it ran. Start it, and its lines appear here.',
    },
    emptyInterrupted: {
      title: 'The container engine does not answer',
      body: 'The lines appear by themselves as soon as it does.',
    },
    filteredTitle: 'No line passes the filters',
    filteredBody: 'New ones appear as they come.',
    failed: 'The logs could not be loaded',
    triedAgain: (reason: string) => `${reason.replace(/\.?$/, '.')} It is tried again by itself.`,
  },

  templates: {
    page: 'Templates',
    intro: 'What agents can be made from.',
    use: 'Use',
    emptyTitle: 'No templates found',
    emptyBody:
      'A template is a folder with a template.yaml. Put one into the server’s template folder and it appears here. Blank agents need none.',
    loadFailed: 'The templates could not be loaded',
    refresh: 'Refresh',
    noDescription: 'No description.',
    search: 'Search templates',
    filteredTitle: 'No template fits',
    credentials: (n: number) => (n === 1 ? '1 credential needed' : `${n} credentials needed`),
  },

  settings: {
    page: 'Settings',
    appearance: 'Appearance',
    themeBody: 'Kept in this browser.',
    agentsAs: 'Agents as',
    compactRows: 'Compact rows',
    compactNote: 'More agents on one screen, with less about each.',
    machine: 'This machine',
    machineNote: 'What Trinity and all agents run on.',
    machineFailed: 'The server does not tell about its machine.',
    cpu: 'CPU',
    memory: 'Memory',
    disk: 'Disk',
    usedOf: (used: string, total: string) => `${used} of ${total} GB`,
    account: 'Account',
    role: 'Role',
    about: 'About',
    version: 'Version',
    built: 'Built',
    versionFailed: 'The version could not be loaded.',
  },

  notFound: {
    page: 'Not found',
    title: 'There is no page at this address',
    body: 'The address may be old or mistyped.',
  },

  toasts: {
    region: 'Notices',
    dismiss: 'Dismiss',
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
