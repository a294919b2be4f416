/** Texts of the other pages. */
export const pages = {
  settings: {
    page: 'Settings',
    appearance: 'Appearance',
    themeBody: 'Kept in this browser.',
    agentsAs: 'Agents as',
    agentsAsNote: 'A table needs width: a narrow window always shows cards.',
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
  },
} as const
