// What the agents of the mock server say about themselves: template, metrics, dashboard.
import { TEMPLATES } from './mock-data.mjs'
import { naive, zoned } from './mock-fleet.mjs'

const DEFINITIONS = [
  { name: 'pages', type: 'counter', label: 'Pages read', description: 'Since the first start' },
  { name: 'queue', type: 'gauge', label: 'Waiting', unit: 'pages' },
  {
    name: 'coverage',
    type: 'percentage',
    label: 'Sources checked',
    warning_threshold: 80,
    critical_threshold: 50,
  },
  {
    name: 'search',
    type: 'status',
    label: 'Search',
    values: [
      { value: 'ok', color: 'green', label: 'Answers' },
      { value: 'slow', color: 'yellow' },
    ],
  },
  { name: 'busy', type: 'duration', label: 'Time at work' },
  { name: 'archive', type: 'bytes', label: 'Archive' },
]

function config(turn) {
  return {
    title: 'Copper prices',
    description: 'What was found this week, and what is still open.',
    refresh: 30,
    sections: [
      {
        title: 'Today',
        description: 'Counted since midnight.',
        columns: 4,
        widgets: [
          {
            type: 'metric',
            label: 'Findings',
            value: 23 + turn,
            trend: 'up',
            trend_value: '+5',
            description: 'since yesterday',
          },
          {
            type: 'metric',
            label: 'Mean price',
            value: 9841.5,
            unit: 'USD/t',
            trend: 'down',
            trend_value: '-1.2 %',
          },
          {
            type: 'status',
            label: 'Search',
            value: 'Working',
            color: 'green',
            description: 'last answer 12 s ago',
          },
          { type: 'status', label: 'Archive', value: 'Nearly full', color: 'yellow' },
          { type: 'progress', label: 'Weekly report', value: 62.5, color: 'blue', colspan: 2 },
          { type: 'progress', label: 'Budget used', value: 91, color: 'red', colspan: 2 },
        ],
      },
      {
        title: 'Findings',
        columns: 3,
        widgets: [
          {
            type: 'table',
            title: 'Sources',
            colspan: 2,
            columns: [
              { key: 'name', label: 'Source' },
              { key: 'pages', label: 'Pages' },
              { key: 'state', label: 'State' },
            ],
            rows: [
              { name: 'Exchange bulletin', pages: 128, state: 'read' },
              { name: 'Mining weekly', pages: 41, state: 'read' },
              { name: 'Customs figures', pages: 9, state: 'waiting for the second quarter' },
            ],
            max_rows: 10,
          },
          {
            type: 'list',
            title: 'Open questions',
            style: 'number',
            items: ['Who buys in March?', 'Why is Chile missing?', 'Is the March figure final?'],
          },
          {
            type: 'markdown',
            colspan: 2,
            content:
              '### Summary\nPrices **fell** in two of three weeks. See [the bulletin](https://example.com/b) and `notes/day.md`.\n\n- [x] read all sources\n- [ ] compare with last year\n\n> <script>alert(1)</script> stays text',
          },
          {
            type: 'image',
            src: '/files/charts/week.svg',
            alt: 'Prices of the week',
            caption: 'Closing prices, five days',
          },
          { type: 'divider' },
          { type: 'text', content: 'Written by the agent itself.', size: 'sm', color: 'gray' },
          {
            type: 'link',
            label: 'The whole report',
            url: 'https://example.com/report',
            style: 'button',
            external: true,
          },
          { type: 'link', label: 'A link that leads nowhere good', url: 'javascript:alert(1)' },
        ],
      },
    ],
  }
}

const FAULTS =
  "Validation errors: Missing required 'title' field; Section 0, Widget 2 (status): missing required 'color' field; Section 1: columns must be 1-4, got 7"

export class MockBoard {
  constructor({ publish }) {
    this.publish = publish
    this.modes = new Map()
    this.turn = 0
  }

  /** `mode`: whole, none, invalid or older. */
  set(agent, mode) {
    this.modes.set(agent.item.name, mode)
    this.#tell(agent)
  }

  #mode(agent) {
    const { name, template } = agent.item
    return this.modes.get(name) ?? (template === 'local:demo-researcher' ? 'whole' : 'none')
  }

  dashboard(agent) {
    const stopped = agent.item.status !== 'running'
    const mode = this.#mode(agent)
    const has = !stopped && (mode === 'whole' || mode === 'older')
    const error = stopped
      ? 'Agent must be running to read dashboard'
      : {
          none: 'No dashboard.yaml found in /home/developer/ or /home/developer/workspace/',
          invalid: FAULTS,
          older: FAULTS,
        }[mode]
    return {
      agent_name: agent.item.name,
      has_dashboard: has,
      config: has ? config(this.turn) : null,
      last_modified: has ? naive(Date.now() - 95_000) : null,
      status: stopped ? 'stopped' : 'running',
      error: error ?? null,
    }
  }

  metrics(agent) {
    const { name, status } = agent.item
    if (status !== 'running' || this.#mode(agent) === 'none')
      return {
        agent_name: name,
        has_metrics: false,
        status,
        message: 'No metrics defined in template.yaml',
      }
    return {
      agent_name: name,
      has_metrics: true,
      status,
      definitions: DEFINITIONS,
      values: {
        pages: 1284 + this.turn,
        queue: 12,
        coverage: 72.5,
        search: 'ok',
        busy: 8_130,
        archive: 734_003_200,
      },
      last_updated: zoned(Date.now() - 42_000),
    }
  }

  snapshot(agent) {
    return { name: agent.item.name, dashboard: this.dashboard(agent), metrics: this.metrics(agent) }
  }

  #tell(agent) {
    const topic = `agent:${agent.item.name}:dashboard`
    this.publish(topic, 'agent_dashboard_update', {
      name: agent.item.name,
      ...this.dashboard(agent),
    })
    this.publish(topic, 'agent_metrics_update', { name: agent.item.name, ...this.metrics(agent) })
  }

  tick(agent) {
    this.turn += 1
    if (this.#mode(agent) === 'whole' && this.turn % 4 === 0) this.#tell(agent)
  }

  info(agent) {
    const { name, template: id, status } = agent.item
    const template = TEMPLATES.find((one) => one.id === id)
    if (template === undefined)
      return {
        has_template: false,
        agent_name: name,
        template_name: '',
        status,
        message: 'No template.',
      }
    if (status !== 'running')
      return {
        has_template: true,
        agent_name: name,
        template_name: id,
        type: 'business-assistant',
        resources: template.resources,
        status,
        message: 'Agent is stopped. Start the agent to see full template info.',
      }
    return {
      has_template: true,
      agent_name: name,
      status,
      display_name: template.display_name,
      tagline: 'Small, steady and honest about its work',
      description: template.description,
      version: '1.2',
      author: 'Trinity',
      updated: '2026-01-05',
      type: 'business-assistant',
      resources: template.resources,
      use_cases: ['Collect three sources on a question', 'Keep a daily page of notes'],
      capabilities: ['web_search', 'note_taking'],
      commands: [{ name: 'digest', description: 'Writes the day down' }],
      sub_agents: [{ name: 'reviewer', description: 'Reads what was written and doubts it' }],
      mcp_servers: template.mcp_servers,
      skills: [],
      tools: ['filesystem'],
    }
  }
}
