/** Texts of the logs of an agent. */
export const logs = {
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
} as const
