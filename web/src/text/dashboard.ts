/** Texts of what an agent shows by files of its own: its dashboard and its metrics. */
export const dashboardTexts = {
  dashboard: {
    changed: 'Changed',
    emptyTitle: 'This agent has no dashboard yet',
    emptyBody:
      'A file dashboard.yaml in its home folder becomes this page, and every change of it shows here at once. Ask the agent to keep one, or start with this:',
    example: 'An example of a dashboard.yaml',
    exampleFile: `title: My work
sections:
  - title: Today
    columns: 3
    widgets:
      - { type: metric, label: Pages read, value: 42, trend: up }
      - { type: status, label: Search, value: Working, color: green }
      - { type: progress, label: Report, value: 60 }
  - title: Notes
    layout: list
    widgets:
      - type: markdown
        content: "**Next:** compare the two sources"
`,
    toFiles: 'Open its files',
    toFile: 'Open the file',
    invalidTitle: 'dashboard.yaml cannot be shown',
    invalidBody: 'Mend these places in the file; the page follows by itself.',
    problems: 'What is wrong',
    olderShown: 'dashboard.yaml has a fault now. This is how it was before.',
    asItWas: 'The agent is not running. This is how its dashboard was.',
    stoppedTitle: 'The agent is not running',
    stoppedBody: 'Its dashboard is read from its files, so it shows while the agent runs.',
    loadFailed: 'The dashboard could not be loaded',
    startingUp: 'The agent is starting up. Its dashboard shows as soon as it answers.',
    up: 'up',
    down: 'down',
    more: (n: number) => (n === 1 ? 'and 1 more' : `and ${n} more`),
    noRows: 'No rows',
    elsewhere: 'opens in a new tab',
    notLinked: 'This address is not one that can be opened from here.',
    pictureElsewhere: 'Pictures from other places are not loaded.',
    pictureFailed: 'The picture could not be loaded',
    openPicture: 'Open it there',
    unknownWidget: (type: string) => `A widget of the kind “${type}”, which is not known here.`,
  },
  metrics: {
    title: 'Metrics',
    asOf: 'Written',
    noValue: 'no value yet',
    good: 'good',
    low: 'low',
    tooLow: 'too low',
  },
} as const
