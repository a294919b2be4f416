// Invented agents and templates for the mock server.
export const NAMES = [
  'research-desk',
  'release-notes',
  'inbox-triage',
  'nightly-tests',
  'docs-keeper',
  'price-watch',
  'log-reader',
  'support-drafts',
  'data-cleaner',
  'changelog',
  'security-scan',
  'translator',
  'meeting-notes',
  'invoice-check',
  'site-monitor',
  'issue-sorter',
  'benchmarks',
  'onboarding',
  'newsletter',
  'schema-guard',
  'report-writer',
  'dependency-bot',
  'backup-check',
  'style-review',
  'faq-builder',
  'metrics-digest',
  'test-author',
  'refactor-one',
  'api-explorer',
  'a-rather-long-agent-name-that-needs-cutting',
]
const local = (dir, display_name, description, cpu, memory, mcp_servers, needs, priority) => ({
  id: `local:${dir}`,
  display_name,
  description,
  mcp_servers,
  resources: { cpu, memory },
  source: 'local',
  required_credentials: needs.map((name) => ({ name, source: 'mcp:search' })),
  priority,
})
const repository = (place, display_name, description, mcp_servers, required_credentials) => ({
  id: `github:${place}`,
  display_name,
  description,
  github_repo: place,
  github_credential_id: 'github-pat-templates',
  source: 'github',
  resources: { cpu: '2', memory: '4g' },
  mcp_servers,
  required_credentials,
})
export const TEMPLATES = [
  repository(
    'acme/agent-writer',
    'Article writer',
    'Drafts articles from notes, asks for a second reading, and keeps the style guide.',
    ['cms', 'images', 'search', 'spelling', 'calendar'],
    ['CMS_API_KEY', 'SEARCH_API_KEY'],
  ),
  repository(
    'acme/agent-reviewer',
    'Reviewer',
    'Reads pull requests and says what it would ask.',
    ['github'],
    ['GITHUB_PAT'],
  ),
  local(
    'demo-counter',
    'Counter',
    'Counts, rests, counts again. Shows figures that move.',
    '1',
    '256m',
    [],
    [],
    10,
  ),
  local(
    'demo-researcher',
    'Research desk',
    'Reads what it is given and writes down findings with their sources.',
    '2',
    '4g',
    ['search', 'notes'],
    ['SEARCH_API_KEY'],
    11,
  ),
  local('demo-writer', 'Writer', 'Turns findings into short, plain texts.', '1', '2g', [], [], 12),
  {
    ...local('half-done', 'half-done', '', '2', '4g', [], [], 100),
    broken: true,
    problems: [
      {
        file: 'template.yaml',
        line: 7,
        key: 'resources.memory',
        message: '“plenty” is no size. Write it like 2g or 512m.',
        level: 'error',
      },
      {
        file: 'template.yaml',
        line: 12,
        key: 'mcp_servers',
        message: 'This has to be a list.',
        level: 'error',
      },
      {
        file: '.mcp.json.template',
        line: null,
        key: null,
        message: 'The server “search” is named here but not in template.yaml.',
        level: 'warning',
      },
    ],
  },
]

/** What a check of this address finds: addresses with "bad" or "warn" in them have problems. */
export function checkTemplate(template) {
  if (template.includes('nowhere'))
    return [
      404,
      { detail: 'There is no such repository, or the platform’s token may not read it.' },
    ]
  if (template.includes('evil.example'))
    return [
      400,
      {
        detail:
          'Repositories on evil.example are not allowed here. Allowed: github.com, git.example.com.',
      },
    ]
  const bad = template.includes('bad')
  const problems = bad
    ? TEMPLATES.at(-1).problems
    : template.includes('warn')
      ? TEMPLATES.at(-1).problems.slice(2)
      : []
  const item = bad
    ? null
    : {
        ...TEMPLATES[0],
        id: template,
        display_name: 'Price watcher',
        description: 'Looks at shops once a day and tells what has changed.',
      }
  return [200, { template, valid: !bad, problems, item }]
}

export const namesOf = (id) => {
  const needs = (TEMPLATES.find((one) => one.id === id) ?? TEMPLATES[0]).required_credentials
  return needs.map((one) => (typeof one === 'string' ? one : one.name))
}

export const envOf = (id) => {
  const names = namesOf(id)
  return [
    200,
    {
      template_id: id,
      template_name: id,
      content: `# ${id}\n${names.map((name) => `${name}=\n`).join('')}`,
      credential_count: names.length,
    },
  ]
}
