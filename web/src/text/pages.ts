/** Texts of the other pages. */
export const pages = {
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
} as const
