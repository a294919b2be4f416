import { counted } from './words'

const files = (n: number) => counted(n, 'file')
const commits = (n: number) => counted(n, 'commit')

/** Texts of an agent's work tree and its repository. */
export const gitTexts = {
  git: {
    pull: 'Pull',
    push: 'Push',
    pullTip: (behind: number) =>
      behind > 0
        ? `Get ${commits(behind)} from the remote`
        : 'Look at the remote and get what is new there',
    pushTip: (ahead: number, changed: number) => {
      if (ahead > 0 && changed > 0)
        return `Commit ${files(changed)} and push ${commits(ahead + 1)} to the remote`
      if (changed > 0) return `Commit ${files(changed)} and push to the remote`
      return ahead > 0 ? `Push ${commits(ahead)} to the remote` : 'Nothing to push'
    },
    pulled: (name: string) => `${name} has pulled.`,
    pushed: (name: string) => `${name} has pushed.`,
    pushedFiles: (changed: number, branch: string | null) =>
      branch === null
        ? `${files(changed)} committed.`
        : `${files(changed)} committed on ${branch}.`,
    kept: 'What was given up is kept in the agent',
    keptAs: (ref: string) => `As ${ref}. “git checkout ${ref} -- .” brings the files back.`,
    pullFailed: (name: string) => `${name} could not pull`,
    pushFailed: (name: string) => `${name} could not push`,
    operation: {
      pull: 'A pull is under way',
      push: 'A push is under way',
      initialize: 'The repository is being set up',
    },

    remoteError: 'The remote could not be looked at.',
    loadFailed: 'The state of the repository could not be loaded',
    stale: 'The newest state could not be loaded.',
    looked: 'Looked at',
    remoteLooked: 'Remote looked at',
    refresh: 'Look now',
    refreshFailed: 'It could not be looked at',

    noneTitle: 'This agent is not under git',
    noneBody:
      'Under git its work comes back as commits: to a repository of yours on GitHub, on a branch of its own.',
    noneBodyReader:
      'Its owner can set up a repository for it, so that its work comes back as commits.',
    stoppedToSetUp: 'The agent has to run for that. Start it first.',
    initialize: 'Set up a repository',
    stoppedTitle: 'The agent is not running',
    stoppedBody: 'This is what is known of its repository. Changes and commits show while it runs.',
    awayTitle: 'The agent does not tell',
    awayBody: 'It runs, but asking for its repository failed. This is what is known.',

    repository: 'Repository',
    branch: 'Branch',
    remote: 'Remote',
    noRemote: 'No remote',
    noRemoteBody: 'Commits stay inside the agent: there is nothing to push to.',
    lastSync: 'Last push',
    never: 'not yet',
    detached: 'No branch is checked out',
    state: 'State',
    states: {
      clean: 'Up to date',
      ahead: (n: number) => `${commits(n)} to push`,
      behind: (n: number) => `${commits(n)} to pull`,
      changed: (n: number) => `${files(n)} changed`,
    },

    changes: 'Changed files',
    changesNone: 'Everything is committed.',
    changesMore: (n: number) => `and ${files(n)} more`,
    lines: (added: number, removed: number) => `${added} lines added, ${removed} removed`,
    binary: 'binary',
    diffFailed: 'How many lines changed could not be counted.',
    diffCut: 'Not all files are counted.',
    letters: {
      M: 'Changed',
      A: 'Added',
      D: 'Deleted',
      R: 'Renamed',
      C: 'Copied',
      U: 'In conflict',
      '?': 'New',
    },
    commits: 'Commits',
    commitsNone: 'No commit yet.',
    commitsMore: 'Show older ones',
    commitsFailed: 'The commits could not be loaded.',
    commitBy: (author: string) => `by ${author}`,
    copySha: (sha: string) => `Copy ${sha}`,
    unpushed: 'not pushed',
    message: 'Commit message',
    messageHint: 'Without one it says when it was pushed.',
    messageDiscard: 'The commit message is not used yet.',
    commitAndPush: 'Commit and push',
    nothingToPush: 'Nothing to commit and nothing to push.',

    conflict: {
      pull: {
        local_uncommitted: (changed: number) => ({
          title: 'The agent has uncommitted changes',
          body: `${changed > 0 ? files(changed) : 'Some files'} would be in the way of the new commits, so nothing was pulled. The work tree is as it was.`,
        }),
        merge_conflict: () => ({
          title: 'The same lines were changed on both sides',
          body: 'Its commits do not fit onto those of the remote. Nothing was pulled; the work tree is as it was.',
        }),
        stash_failed: () => ({
          title: 'The changes could not be set aside',
          body: 'Nothing was pulled; the work tree is as it was.',
        }),
        unknown: () => ({
          title: 'The pull did not work',
          body: 'Nothing was pulled; the work tree is as it was.',
        }),
      },
      push: {
        push_rejected: (behind: number) => ({
          title: 'The remote has newer commits',
          body: `${behind > 0 ? `${commits(behind)} on the remote are` : 'What is on the remote is'} not in the agent yet. Its changes are committed here; nothing on the remote has changed.`,
        }),
        merge_conflict: () => ({
          title: 'The same lines were changed on both sides',
          body: 'The agent’s commits do not fit onto those of the remote. Nothing was pushed; the work tree is as it was.',
        }),
        unknown: () => ({
          title: 'The push did not work',
          body: 'Nothing on the remote has changed.',
        }),
      },
      and: ' and ',
      saysGit: 'What git said',
      choose: 'How to go on',
      keeps: 'Stays',
      loses: 'Given up',
      losesNothing: 'Nothing is given up.',
      keptInside:
        'What is given up is kept inside the agent under a name of its own, and can be brought back there.',
      everythingHere: 'everything the agent has',
      everythingThere: 'everything on the remote',
      stash_reapply: {
        title: 'Set the changes aside and put them back',
        body: 'Pulls, then puts the uncommitted changes back on top.',
        risk: 'Where both changed the same lines the changes stay set aside in the agent (git stash).',
        submit: 'Set aside and pull',
      },
      commit_first: {
        title: 'Commit the changes and push',
        body: 'Puts the agent’s work on top of the remote’s commits and pushes it.',
        submit: 'Commit and push',
      },
      pull_first: {
        title: 'Pull first, then push',
        body: 'Puts the agent’s commits on top of the newer ones and pushes.',
        submit: 'Pull and push',
      },
      force_reset: {
        title: 'Take the state of the remote',
        body: 'Makes the agent’s files the same as the remote branch.',
        keepsIgnored: 'files that git ignores, such as .env',
        losesFiles: (n: number) =>
          n > 0 ? `${files(n)} with uncommitted changes` : 'uncommitted changes',
        losesCommits: (n: number) =>
          `${commits(n)} of the agent that ${n === 1 ? 'is' : 'are'} not pushed`,
        submit: 'Replace the agent’s files',
      },
      force_push: {
        title: 'Overwrite the remote branch',
        body: 'Makes the remote branch the same as the agent’s.',
        losesCommits: (n: number) =>
          n > 0
            ? `${commits(n)} on the remote that the agent does not have`
            : 'commits on the remote that the agent does not have',
        otherwise: 'If somebody pushes meanwhile, this is refused.',
        submit: 'Overwrite the remote',
      },
      sure: (what: string) => `Give up ${what}.`,
      leave: 'Leave it as it is',
    },

    setup: {
      title: 'Set up a repository',
      intro: 'Its files are committed and pushed to GitHub, and it gets a branch of its own.',
      owner: 'Owner',
      ownerHint: 'A user or an organisation on GitHub.',
      ownerBad: 'Letters, digits and single hyphens, at most 39.',
      name: 'Repository',
      nameBad: 'Letters, digits, “.”, “_” and “-”, at most 100.',
      missing: 'Needed.',
      create: 'Create it if it does not exist',
      private: 'Only people you allow can see it (private)',
      publicWarning: 'Everybody can read a public repository, and all that the agent commits.',
      keepsOut: 'Files with secrets (.env, .mcp.json, keys) are never committed.',
      submit: 'Set up',
      takes: 'This takes 10 to 60 s. Do not close this page.',
      done: (repo: string) => `The repository ${repo} is set up.`,
      doneBody: (branch: string) => `The agent works on ${branch}.`,
      toSettings: 'To the settings',
      step: (step: string) => (step === '' ? 'Setting up the repository' : step),
    },
  },
} as const
