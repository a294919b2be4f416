import { counted } from './words'

/** Texts of budgets, and of the stop of all runs. */
export const budgetTexts = {
  budget: {
    open: 'Budget…',
    openNamed: (name: string) => `Budget of ${name}`,
    title: (name: string) => `Budget of ${name}`,
    intro: 'When a limit is reached, new runs are refused. Runs that are at work go on.',
    fleet: 'Budget of all agents',
    fleetNote: 'Counts what all agents spend together, beside what each may spend on its own.',
    spent: 'Spent today',
    spentOf: (limit: string) => `of ${limit}`,
    noLimit: 'no limit',
    until: (clock: string) => `The day ends at ${clock}.`,
    reached: 'Used up',
    fleetReached: 'The budget of all agents together is used up.',
    cost: 'Most cost per day, US dollars',
    costHint: 'Empty: no limit.',
    costBad: 'Enter an amount from 0 to 1,000,000.',
    seconds: 'Longest time of one run, minutes',
    secondsHint: 'Empty: as long as its own time limit allows. Longer runs are stopped.',
    secondsBad: 'Enter a time from 1 to 1,440 minutes.',
    save: 'Save',
    saved: (name: string) => `The budget of ${name} is set.`,
    fleetSaved: 'The budget of all agents is set.',
    loadFailed: 'The budget could not be loaded',
    onlyAdmins: 'Administrators set it.',
    discardBody: 'The new limits are not saved yet.',
    change: 'Change the budget',
  },
  halt: {
    stop: 'Stop all',
    stopAll: 'Stop all runs',
    title: 'Stop all runs of all agents?',
    body: 'Every run ends at once, messages that wait are dropped, and no new run starts, also none by a schedule, until somebody allows them again. The agents themselves go on running; what their runs have done stays done.',
    counts: (running: number, waiting: number) =>
      running + waiting === 0
        ? 'Nothing runs just now. New runs will be refused.'
        : `${counted(running, 'run')} at work and ${counted(waiting, 'message')} waiting will end.`,
    reason: 'Why (everybody sees it)',
    submit: 'Stop all runs',
    done: (runs: number, waiting: number) =>
      `${counted(runs, 'run')} stopped, ${counted(waiting, 'message')} dropped.`,
    banner: (who: string, when: string) => `All runs are stopped by ${who} since ${when}.`,
    because: (why: string) => `“${why}”`,
    bannerNext: 'Nothing new starts until they are allowed again.',
    askAdmin: 'An administrator can allow them again.',
    resume: 'Allow runs again',
    resumeTitle: 'Allow runs again?',
    resumeBody:
      'Messages, tasks and schedules start again. What was stopped does not go on by itself.',
    resumed: 'Runs are allowed again.',
    somebody: 'somebody',
  },
} as const
