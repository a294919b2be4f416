// Shows /openapi.json: operations by tag with their parameters, bodies, answers and schemas. Every text goes in as text,
// never as markup, so that a description cannot become a script.

const methods = ['get', 'post', 'put', 'patch', 'delete']
const deepest = 8

/** An element with class and children; texts become text nodes, null is left out. */
function make(tag, className, ...children) {
  const element = document.createElement(tag)
  if (className) element.className = className
  element.append(...children.filter((child) => child !== null && child !== undefined))
  return element
}

/** The text, with what stands between backticks as code. */
function prose(text) {
  return text.split('`').map((piece, i) => (i % 2 ? make('code', '', piece) : piece))
}

let api = {}

/** What a reference inside this document points at; other values as they are. */
function follow(value) {
  let at = value
  for (let step = 0; step < deepest && at?.$ref; step++) {
    if (!at.$ref.startsWith('#/')) return {}
    at = at.$ref
      .slice(2)
      .split('/')
      .reduce((inner, key) => inner?.[key.replaceAll('~1', '/').replaceAll('~0', '~')], api)
  }
  return at ?? {}
}

const nameOf = (schema) => schema?.$ref?.split('/').pop() ?? null

/** One line for a schema: `string (date-time)`, `list of Agent`, `"a" | "b"`. */
function typeOf(schema, depth = 0) {
  if (schema === true || !schema || depth > deepest) return 'anything'
  const name = nameOf(schema)
  if (name) return name
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum) return schema.enum.map((one) => JSON.stringify(one)).join(' | ')
  for (const [key, sign] of [
    ['oneOf', ' | '],
    ['anyOf', ' | '],
    ['allOf', ' & '],
  ]) {
    if (schema[key]) return schema[key].map((one) => typeOf(one, depth + 1)).join(sign)
  }
  const types = [schema.type ?? (schema.properties ? 'object' : 'anything')].flat()
  return types
    .map((type) => {
      if (type === 'array') return `list of ${typeOf(schema.items, depth + 1)}`
      if (type === 'object' && typeof schema.additionalProperties === 'object') {
        return `map to ${typeOf(schema.additionalProperties, depth + 1)}`
      }
      return schema.format ? `${type} (${schema.format})` : type
    })
    .join(' | ')
}

function limitsOf(schema) {
  const names = {
    minimum: 'at least',
    maximum: 'at most',
    minLength: 'length from',
    maxLength: 'length to',
    pattern: 'pattern',
    default: 'default',
  }
  return Object.entries(names)
    .filter(([key]) => schema?.[key] !== undefined)
    .map(([key, words]) => `${words} ${typeof schema[key] === 'object' ? JSON.stringify(schema[key]) : schema[key]}`)
    .join(', ')
}

/** The schemas inside one that have fields of their own: members of a list, of a choice, of a map. */
function innerSchemas(schema) {
  const inner = [schema.items, schema.oneOf, schema.anyOf, schema.allOf].flat()
  if (typeof schema.additionalProperties === 'object') inner.push(schema.additionalProperties)
  return inner.filter(Boolean)
}

/** Fields of a schema as a list that opens; filled when it is opened, so that schemas which hold themselves end. */
function schemaView(schema, opened = false) {
  const real = follow(schema)
  const hasMore = (one) => Boolean(one.properties) || innerSchemas(one).some((inner) => hasFields(inner))
  if (!hasMore(real)) return make('div', 'schema', make('code', '', typeOf(schema)), note(real))
  const view = make('details', 'schema', make('summary', '', make('code', '', typeOf(schema)), note(real)))
  const fill = () => {
    if (view.querySelector(':scope > .fields')) return
    const fields = make('div', 'fields')
    for (const [name, field] of Object.entries(real.properties ?? {})) {
      const must = real.required?.includes(name) ? make('span', 'must', ' required') : null
      fields.append(make('div', 'field', make('code', '', name), must, schemaView(field)))
    }
    for (const inner of innerSchemas(real)) if (hasFields(inner)) fields.append(schemaView(inner))
    view.append(fields)
  }
  view.addEventListener('toggle', () => view.open && fill())
  if (opened) {
    fill()
    view.open = true
  }
  return view
}

function hasFields(schema, depth = 0) {
  const real = follow(schema)
  return (
    depth < deepest && (Boolean(real.properties) || innerSchemas(real).some((inner) => hasFields(inner, depth + 1)))
  )
}

function note(schema) {
  const text = [schema.description, limitsOf(schema)].filter(Boolean).join('. ')
  return text ? make('span', 'soft', ' ', ...prose(text)) : null
}

function contentView(content, opened) {
  return Object.entries(content ?? {}).flatMap(([type, { schema }]) => [
    make('div', 'soft', type),
    schemaView(schema ?? {}, opened),
  ])
}

function parametersView(parameters) {
  if (!parameters.length) return null
  const table = make('table', '')
  for (const one of parameters.map(follow)) {
    const must = one.required ? make('span', 'must', ' required') : null
    const about = make(
      'td',
      '',
      make('code', '', typeOf(one.schema)),
      ' ',
      note({ ...one.schema, description: one.description }),
    )
    table.append(
      make('tr', '', make('td', '', make('code', '', one.name), must, make('div', 'soft', `in ${one.in}`)), about),
    )
  }
  return make('section', '', make('h3', '', 'Parameters'), table)
}

function operationView(path, method, operation, shared) {
  const security = operation.security ?? api.security ?? []
  const schemes = security.flatMap((one) => Object.keys(one))
  const needs = schemes.length ? `needs ${schemes.join(' or ')}` : 'open to anyone'
  const view = make(
    'details',
    'operation',
    make(
      'summary',
      '',
      make('span', `method ${method}`, method),
      make('span', 'path', path),
      make('span', '', operation.summary ?? ''),
      make('span', 'open', needs),
    ),
  )
  view.id = operation.operationId ?? `${method}${path}`
  const fill = () => {
    if (view.querySelector(':scope > .body')) return
    const body = make('div', 'body')
    if (operation.description) body.append(make('p', '', ...prose(operation.description)))
    body.append(parametersView([...shared, ...(operation.parameters ?? [])]) ?? '')
    const sent = follow(operation.requestBody)
    if (sent.content)
      body.append(make('h3', '', sent.required ? 'Body, required' : 'Body'), ...contentView(sent.content, true))
    body.append(make('h3', '', 'Answers'))
    for (const [status, answer] of Object.entries(operation.responses ?? {})) {
      const real = follow(answer)
      body.append(
        make('div', '', make('code', '', status), ' ', ...prose(real.description ?? '')),
        ...contentView(real.content, status.startsWith('2')),
      )
    }
    view.append(body)
  }
  view.addEventListener('toggle', () => view.open && fill())
  return view
}

/** All words of an operation, names of schema fields included, in lower case. */
function wordsOf(path, method, operation) {
  const fields = []
  const gather = (value, depth) => {
    if (!value || typeof value !== 'object' || depth > 14) return
    if (value.$ref) {
      fields.push(nameOf(value))
      gather(follow(value), depth + 1)
      return
    }
    if (value.properties) fields.push(...Object.keys(value.properties))
    if (value.name) fields.push(value.name)
    for (const inner of Object.values(value)) gather(inner, depth + 1)
  }
  gather({ ...operation, tags: null }, 0)
  return [method, path, operation.operationId, operation.summary, operation.description, ...fields]
    .join(' ')
    .toLowerCase()
}

function build() {
  document.getElementById('title').textContent = `${api.info.title} API ${api.info.version}`
  document.getElementById('about').replaceChildren(...prose(api.info.description ?? ''))
  const groups = new Map((api.tags ?? []).map((tag) => [tag.name, { about: tag.description, entries: [] }]))
  for (const [path, item] of Object.entries(api.paths)) {
    for (const method of methods.filter((one) => item[one])) {
      const operation = item[method]
      const tag = operation.tags?.[0] ?? 'other'
      if (!groups.has(tag)) groups.set(tag, { entries: [] })
      const view = operationView(path, method, operation, item.parameters ?? [])
      const link = make('a', '', make('span', method, method.toUpperCase()), ` ${path}`)
      link.href = `#${encodeURIComponent(view.id)}`
      groups.get(tag).entries.push({ view, link, words: wordsOf(path, method, operation) })
    }
  }
  const [main, index] = [document.getElementById('operations'), document.getElementById('index')]
  main.replaceChildren()
  for (const [tag, group] of groups) {
    group.heading = make('h2', '', tag, ' ', make('small', '', group.about ?? ''))
    group.title = make('h2', '', tag)
    main.append(group.heading, ...group.entries.map((entry) => entry.view))
    index.append(group.title, ...group.entries.map((entry) => entry.link))
  }
  const nothing = make('p', 'soft', 'Nothing matches.')
  nothing.hidden = true
  main.append(nothing)
  search([...groups.values()], nothing)
}

function search(groups, nothing) {
  const field = document.getElementById('search')
  const apply = () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean)
    let any = false
    for (const group of groups) {
      let shown = false
      for (const entry of group.entries) {
        const hit = words.every((word) => entry.words.includes(word))
        entry.view.hidden = entry.link.hidden = !hit
        shown ||= hit
      }
      group.heading.hidden = group.title.hidden = !shown
      any ||= shown
    }
    nothing.hidden = any
  }
  field.addEventListener('input', apply)
  document.addEventListener('keydown', (event) => {
    if (event.key === '/' && document.activeElement !== field) {
      event.preventDefault()
      field.focus()
    }
  })
}

function openNamed() {
  const named = document.getElementById(decodeURIComponent(location.hash.slice(1)))
  if (!(named instanceof HTMLDetailsElement)) return
  named.open = true
  named.scrollIntoView()
}

try {
  const answer = await fetch('/openapi.json')
  if (!answer.ok) throw new Error(`status ${answer.status}`)
  api = await answer.json()
  build()
  openNamed()
  addEventListener('hashchange', openNamed)
} catch (error) {
  document.getElementById('state').textContent = `The description could not be loaded: ${error.message}`
}
