/** Texts of the panel that says what an agent waits for. */
export const pressureTexts = {
  pressure: {
    title: 'Why is it slow?',
    /** Of the button in the head of the page. */
    open: 'Why is it slow?',
    openNamed: (name: string) => `Why is ${name} slow?`,
    nothing: 'Nothing holds it back',
    nothingNote: 'It has all the processor, memory and disk that it asks for.',
    waitsFor: {
      model: 'It waits for the model',
      tool: (name: string) => `It waits for ${name}`,
      start: 'Its turn is starting',
    },
    also: (parts: string) => `Also: ${parts}.`,
    unknown: 'Not known yet',
    stopped: 'The agent is not running, so nothing holds it back.',
    noFigures: 'The first figures come within a few seconds.',
    loadFailed: 'What holds it up could not be loaded.',
    old: (span: string) => `These figures are ${span} old. Newer ones have not come.`,
    noStalls:
      'The kernel of this machine does not measure how long programs wait (PSI). Limits and rates alone are judged.',

    parts: { cpu: 'CPU', memory: 'Memory', disk: 'Disk', network: 'Network', turn: 'This turn' },
    levels: { good: 'good', attention: 'look at it', bad: 'bad', unknown: 'not known' },

    /** Of every finding: a title and a note with its figure for the line on top, and a sentence with what helps. */
    cpu: {
      of: (cores: string) => `of ${cores} ${cores === '1' ? 'core' : 'cores'}`,
      free: 'no limit of its own',
      still: 'Stood still',
      waited: 'Waited',
      held: {
        title: 'Its CPU limit holds it back',
        note: (percent: string) => `It had to stand still in ${percent} % of the last moments.`,
        sentence: 'Its limit holds it back. Raise it.',
      },
      slowed: {
        title: 'Its CPU limit slows it',
        note: (percent: string) => `It had to stand still in ${percent} % of the last moments.`,
        sentence: 'It runs into its limit at times.',
      },
      full: {
        title: 'It uses all the CPU it may',
        note: () => 'With a higher limit it would be faster.',
        sentence: 'It uses all that it may. Raise its limit.',
      },
      crowded: {
        title: 'The machine is busy',
        note: (percent: string) => `It waited for a processor in ${percent} % of the last 10 s.`,
        sentence: 'Others take its turn. Let fewer agents work at once.',
      },
      good: 'The processor does not hold it back.',
    },

    memory: {
      free: 'no limit of its own',
      limitHits: 'At the limit',
      killed: 'Killed',
      waited: 'Waited',
      full: {
        title: 'Its memory is nearly used up',
        note: (left: string) => `${left} are left. Then processes in it are killed.`,
        sentence: 'It is nearly used up. Raise its limit.',
      },
      greedy: {
        title: 'It uses nearly all memory of the machine',
        note: () => 'It has no limit of its own.',
        sentence: 'It takes the memory of the machine. Give it a limit.',
      },
      stalled: {
        title: 'It stands still for want of memory',
        note: (percent: string) => `All of it waited for memory in ${percent} % of the last 10 s.`,
        sentence: 'It stands still for want of memory. Raise its limit.',
      },
      kills: {
        title: 'Its memory has run out',
        note: (count: string) =>
          count === '1'
            ? 'One process was killed for it since the agent started.'
            : `${count} processes were killed for it since the agent started.`,
        sentence: 'It has run out before. Raise its limit.',
      },
      waits: {
        title: 'It waits for memory',
        note: (percent: string) => `Part of it waited for memory in ${percent} % of the last 10 s.`,
        sentence: 'It waits for memory at times. Raise its limit.',
      },
      tight: {
        title: 'Little memory is left',
        note: (left: string) => `${left} are free.`,
        sentence: 'Little is left. A higher limit is safer.',
      },
      touched: 'There is room. It has been at its limit before.',
      good: (left: string) => `There is room: ${left} are free.`,
      unlimited: 'It has no limit of its own.',
    },

    disk: {
      reads: 'Reads',
      writes: 'Writes',
      waited: 'Waited',
      stalled: {
        title: 'The disk holds it back',
        note: (percent: string) =>
          `All of it waited for the disk in ${percent} % of the last 10 s.`,
        sentence: 'The disk is busy. Let fewer agents write at once.',
      },
      waits: {
        title: 'It waits for the disk',
        note: (percent: string) =>
          `Part of it waited for the disk in ${percent} % of the last 10 s.`,
        sentence: 'It waits for the disk at times.',
      },
      good: 'The disk does not hold it back.',
      ratesOnly: 'Whether it waits is not measured here.',
      unknown: 'This machine does not tell how its disk is used.',
    },

    network: {
      receives: 'In',
      sends: 'Out',
      silent: {
        title: 'Nothing comes from the model',
        note: () => 'It waits for the model, and nothing comes in or goes out.',
        sentence: 'Nothing comes. If that lasts, stop the turn.',
      },
      moves: 'Data goes in and out.',
      quiet: 'Nothing goes in or out just now.',
      unknown: 'Its network is not measured.',
    },

    turn: {
      none: 'No turn is under way.',
      bar: (parts: string) => `What the time of this turn went into: ${parts}`,
      model: 'Model',
      tool: 'Tools',
      own: 'Start',
      modelTip: 'Waiting for the model’s answer.',
      toolTip: 'Waiting for tools: commands, files, other services.',
      ownTip: 'Its command line starting, before its first word.',
      nowModel: 'Waits for the model',
      nowStart: 'Starting',
      since: (span: string) => `for ${span}`,
      stop: 'Stop',
      stopNamed: 'Stop this turn',
      open: 'Open run',
      mostly: {
        model: (percent: string) => `${percent} % of it went into waiting for the model.`,
        tool: (percent: string) => `${percent} % of it went into waiting for tools.`,
        own: (percent: string) => `${percent} % of it went into its start.`,
      },
      slowModel: {
        title: 'The model takes long to answer',
        note: (span: string) => `Nothing has come from it for ${span}.`,
        sentence: 'The model takes long. Wait, or stop the turn.',
      },
      silentModel: {
        title: 'The model does not answer',
        note: (span: string) => `Nothing has come from it for ${span}.`,
        sentence: 'The model does not answer. Stop it and run it again.',
      },
      longTool: {
        title: (name: string) => `${name} takes long`,
        note: (span: string) => `It has run for ${span}. The turn goes on when it ends.`,
        sentence: 'The turn goes on when this ends.',
      },
      stuckTool: {
        title: (name: string) => `${name} does not end`,
        note: (span: string) => `It has run for ${span}, and the turn waits for it.`,
        sentence: 'The turn hangs in this. Stop it if that is too long.',
      },
      slowStart: {
        title: 'The turn does not begin',
        note: (span: string) => `Its command line has been starting for ${span}.`,
        sentence: 'It does not begin. The logs may say why.',
      },
    },

    raise: 'Change limits',
    raiseNote: 'Its owner can raise the limit.',
  },
} as const
