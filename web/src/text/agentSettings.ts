const changes = (n: number) => (n === 1 ? '1 change' : `${n} changes`)
const schedules = (n: number) => (n === 1 ? 'its schedule' : `its ${n} schedules`)

/** Texts of what the owner of an agent decides: who sees it, whom it calls, what it may use. */
export const agentSettingsTexts = {
  managersOnly: {
    title: 'Only for its owner',
    sharing: (name: string, owner: string) =>
      `Who sees “${name}” is decided by its owner, ${owner}, and by administrators.`,
    permissions: (name: string, owner: string) =>
      `Which agents “${name}” may call is decided by its owner, ${owner}, and by administrators.`,
    toOverview: 'To the overview',
  },

  autonomy: {
    label: 'Autonomy',
    sign: 'Autonomous',
    of: (name: string) => `Autonomy of ${name}`,
    onTip: 'Autonomy is on: its schedules run by themselves.',
    offTip: 'Autonomy is off: it only does what somebody asks for.',
    switchOn: (name: string) => `Let ${name} run its schedules by itself`,
    switchOff: (name: string) => `Stop ${name} running its schedules`,
    done: (name: string, on: boolean, n: number) => {
      if (on)
        return n === 0
          ? `Autonomy of ${name} is on. It has no schedules yet.`
          : `Autonomy of ${name} is on: ${schedules(n)} ${n === 1 ? 'runs by itself' : 'run by themselves'}.`
      return n === 0
        ? `Autonomy of ${name} is off.`
        : `Autonomy of ${name} is off: ${schedules(n)} ${n === 1 ? 'rests' : 'rest'}.`
    },
    failed: (name: string, on: boolean) =>
      `Autonomy of ${name} could not be switched ${on ? 'on' : 'off'}`,
  },

  sharing: {
    title: 'Share with a person',
    gives: 'What sharing gives',
    can: [
      'It stands in their list, with its state and its figures.',
      'They start and stop it.',
      'They read what it writes, and what it says about itself.',
    ],
    cannotTitle: 'What stays with its owner',
    cannot: ['Its settings, and which agents it may call.', 'Who else sees it.', 'Deleting it.'],
    email: 'E-mail address',
    hint: 'It appears in their list at once, or when they first sign in with this address.',
    placeholder: 'name@example.com',
    submit: 'Share',
    missing: 'Enter an e-mail address.',
    incomplete: 'This is not a whole address yet.',
    several: 'One person at a time: an address has no spaces, commas or brackets.',
    manyAts: 'An address has one @.',
    tooLong: (limit: number) => `At most ${limit} characters.`,
    already: (email: string) => `${email} sees it already.`,
    yourself: 'This is your own address. You see it already.',
    done: (name: string, email: string) => `${email} can see ${name} now.`,
    people: 'Who sees it',
    count: (shown: number, all: number) =>
      shown === all ? (all === 1 ? '1 person' : `${all} people`) : `${shown} of ${all} people`,
    search: 'Search people',
    by: (who: string) => `Shared by ${who}`,
    byYou: 'Shared by you',
    remove: (email: string) => `Stop sharing with ${email}`,
    noneFits: 'Nobody fits.',
    emptyTitle: 'Nobody else sees it yet',
    emptyBody: (owner: string) =>
      `Only ${owner} and the administrators know this agent. Share it with those who work with it.`,
    emptyBodyYou:
      'Only you and the administrators know this agent. Share it with those who work with it.',
    loadFailed: 'Who sees this agent could not be loaded',
    stale: 'This list may be out of date.',
    ask: {
      title: (email: string) => `Stop sharing with ${email}?`,
      body: (name: string) =>
        `They lose sight of “${name}” at once: it leaves their list, and pages of it that they have open close. What it is doing goes on.`,
      submit: 'Stop sharing',
    },
    removed: (name: string, email: string) => `${email} cannot see ${name} any more.`,
    undo: 'Share again',
    shareFailed: (email: string) => `It could not be shared with ${email}`,
  },

  permissions: {
    title: 'Agents it may call',
    note: 'It finds these agents and can give them tasks. The way back is a permission of its own.',
    count: (permitted: number, all: number) => `${permitted} of ${all}`,
    search: 'Search agents',
    filterLabel: 'Shown',
    filters: { all: 'All', permitted: 'Allowed', other: 'Not allowed' },
    mayCall: (target: string) => `May call ${target}`,
    all: (n: number, filtered: boolean) => (filtered ? `Allow these ${n}` : 'Allow all'),
    none: (n: number, filtered: boolean) => (filtered ? `Allow none of these ${n}` : 'Allow none'),
    saving: (n: number) => `Saving ${changes(n)}`,
    saved: 'Saved',
    failed: (n: number) => `${n === 1 ? 'A change was' : `${n} changes were`} not saved.`,
    notSaved: 'Not saved',
    emptyTitle: 'There is no other agent',
    emptyBody:
      'Agents can give tasks to each other. Make another one, and you decide here whether this one may call it.',
    filteredTitle: 'No agent fits',
    loadFailed: 'The permissions could not be loaded',
    stale: 'These permissions may be out of date.',
    callers: 'Agents that may call it',
    callersNote: 'Decided by the owners of these agents.',
    noCallers: 'No other agent may call this one.',
    permissionsOf: (name: string) => `Permissions of ${name}`,
  },

  agentSettings: {
    open: 'Settings…',
    openNamed: (name: string) => `Settings of ${name}`,
    title: (name: string) => `Settings of ${name}`,
    intro: 'All of these take effect when it starts.',
    loadFailed: 'The settings could not be loaded',
    limits: 'Limits',
    limitsNote:
      'What it may use at most. Over its memory its programs are ended; over its CPU they only slow down.',
    memory: 'Memory',
    cpu: 'CPU',
    asIs: (now: string) => `As it is (${now})`,
    inForce: (now: string) => `Now ${now}`,
    fromNextStart: (now: string, then: string) => `Now ${now}, ${then} with the next start`,
    rights: 'Rights in its container',
    restricted: 'Restricted',
    restrictedBody: 'All it needs for its work. It cannot install system packages.',
    full: 'Full',
    fullBody: 'It may change its whole container, and install system packages with sudo.',
    rightsWaiting: (now: string) =>
      `Now ${now.toLowerCase()}. The change comes with the next start.`,
    rightsOverruled:
      'An administrator has restricted all agents of this server. This agent stays restricted.',
    key: 'Key for the model',
    platformKey: 'The platform’s key',
    platformKeyBody: 'It works at once, on the account of this server.',
    ownKey: 'Its own sign-in',
    ownKeyBody:
      'Somebody signs in inside the agent, in its terminal, with an account of their own.',
    keyWaiting: 'The change comes with the next start.',
    ends: (uptime: string | null) =>
      `A restart ends what it is doing${uptime === null ? '' : `; it has run for ${uptime}`}.`,
    endsBody:
      'A running turn and open terminals are cut off, after 10 s to finish. Its home directory stays; what was put elsewhere in the container is gone.',
    saveOnly: 'Saving alone ends nothing: it goes on as it is until its next start.',
    stopped: 'It is not running. The next start brings what is set here.',
    waiting: 'What is set here has not come into force yet: that takes a restart.',
    save: 'Save',
    saveAndRestart: 'Save and restart now',
    restartNow: 'Restart now',
    saved: (name: string) => `The settings of ${name} are saved.`,
    savedForStart: 'They take effect with its next start.',
    restarted: (name: string) => `${name} runs with its new settings.`,
    steps: {
      label: 'Progress',
      save: 'Save the settings',
      stop: 'Stop the agent',
      start: 'Start it with the new settings',
    },
    stoppedHere: 'It is stopped now. Try again, or start it later by hand.',
    chip: 'New limits with the next start',
  },
} as const
