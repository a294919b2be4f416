import { counted } from './words'

/** Texts of templates: the gallery, repositories, and what they need. */
export const templateTexts = {
  templates: {
    page: 'Templates',
    intro: 'What agents can be made from.',
    use: 'Use',
    groups: { repository: 'Repositories', local: 'On this server', blank: 'Blank' },
    blank: 'Blank agent',
    blankBody: 'An empty home directory and nothing else. You choose runtime and limits.',
    emptyTitle: 'No templates found',
    emptyBody:
      'A template is a folder with a template.yaml, in a repository or in the server’s template folder. Blank agents need none.',
    loadFailed: 'The templates could not be loaded',
    refresh: 'Refresh',
    noDescription: 'No description.',
    search: 'Search templates',
    filteredTitle: 'No template fits',
    credentials: (n: number) => (n === 1 ? '1 credential needed' : `${n} credentials needed`),
    servers: 'MCP servers',
    broken: 'Cannot be used',
    problems: (n: number) => counted(n, 'problem'),
    problemsTitle: (name: string) => `Problems of ${name}`,
    whole: 'the repository',
    line: (file: string, line: number | null) => (line === null ? file : `${file}, line ${line}`),
    level: { error: 'Error', warning: 'Warning' },

    repository: 'From a repository',
    repositoryNote: 'An agent can be made from any repository with a template.yaml.',
    address: 'Address',
    addressHint:
      'owner/repository on GitHub, or the address of another server that is allowed here.',
    addressBad: 'This is neither owner/repository nor an address.',
    addressSecret: 'Without a name or password in the address.',
    branch: 'Branch',
    branchHint: 'Empty for the main one.',
    branchBad: 'This is no name of a branch.',
    check: 'Check',
    checking: 'Looking at the repository',
    checkFailed: 'The repository could not be looked at',
    good: (name: string) => `“${name}” can be used.`,
    goodWarnings: (name: string, n: number) =>
      `“${name}” can be used, with ${counted(n, 'warning')}.`,
    bad: (n: number) => `It cannot be used: ${counted(n, 'error')}.`,
    useThis: 'Make an agent of it',
  },

  createFrom: {
    repositoryOption: 'A repository',
    repositoryBody: 'From GitHub or another allowed server.',
    mode: 'What it does with the repository',
    modeFollow: 'Follow the branch',
    modeFollowBody: 'It gets what is new there, and pushes to the same branch.',
    modeOwn: 'A branch of its own',
    modeOwnBody: 'Its work goes to trinity/<agent>/…, and the branch stays as it is.',
    needs: 'Credentials it needs',
    needsNote: 'Those you have are assigned when it is made.',
    have: 'You have it',
    missing: 'Missing',
    missingNote: (n: number) =>
      `${n === 1 ? 'One is' : `${n} are`} missing. The agent can be made without, and get ${n === 1 ? 'it' : 'them'} later.`,
    addMissing: 'Add in your credentials',
    unchecked: 'Whether you have them could not be found out.',
    checkFirst: 'Check the repository first.',
  },
} as const
