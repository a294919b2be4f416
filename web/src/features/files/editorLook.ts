import { HighlightStyle, syntaxHighlighting } from '@codemirror/language'
import type { Extension } from '@codemirror/state'
import { EditorView } from '@codemirror/view'
import { tags } from '@lezer/highlight'

/** The editor in the colours of the app, which follow the theme by themselves. */
const theme = EditorView.theme({
  '&': { height: '100%', fontSize: '13px', color: 'var(--text-1)', backgroundColor: 'transparent' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': {
    fontFamily: 'var(--font-mono)',
    fontVariantLigatures: 'none',
    lineHeight: '20px',
  },
  '.cm-content': { padding: '10px 0', caretColor: 'var(--text-1)' },
  '.cm-line': { padding: '0 16px 0 12px' },
  '.cm-gutters': {
    backgroundColor: 'transparent',
    color: 'var(--text-3)',
    border: 'none',
    fontVariantNumeric: 'tabular-nums',
  },
  '.cm-lineNumbers .cm-gutterElement': { padding: '0 4px 0 16px', minWidth: '44px' },
  '.cm-activeLine': { backgroundColor: 'transparent' },
  '&.cm-focused .cm-activeLine': { backgroundColor: 'var(--surface-2)' },
  '.cm-activeLineGutter': { backgroundColor: 'transparent' },
  '&.cm-focused .cm-activeLineGutter': { color: 'var(--text-1)' },
  '.cm-cursor': { borderLeftColor: 'var(--text-1)' },
  '.cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground':
    {
      backgroundColor: 'color-mix(in oklab, var(--accent-fill) 32%, transparent)',
    },
  '.cm-selectionMatch, .cm-searchMatch': { backgroundColor: 'var(--mark)' },
  '.cm-searchMatch-selected': { outline: '2px solid var(--accent)' },
  '.cm-matchingBracket, &.cm-focused .cm-matchingBracket': {
    backgroundColor: 'var(--surface-4)',
    outline: 'none',
  },
  '.cm-panels': {
    backgroundColor: 'var(--surface-1)',
    color: 'var(--text-1)',
    borderColor: 'var(--hairline)',
  },
  '.cm-panels-top': { borderBottom: '1px solid var(--hairline)' },
  '.cm-panel.cm-search': {
    padding: '8px 36px 8px 12px',
    fontFamily: 'var(--font-sans)',
    fontSize: '13px',
  },
  '.cm-panel.cm-search label': { fontSize: '12px', color: 'var(--text-2)' },
  '.cm-panel.cm-search [name=close]': {
    top: '6px',
    right: '10px',
    fontSize: '20px',
    color: 'var(--text-2)',
  },
  '.cm-textfield': {
    height: '28px',
    borderRadius: '6px',
    border: '1px solid var(--control-edge)',
    backgroundColor: 'var(--surface-1)',
    color: 'var(--text-1)',
    fontSize: '13px',
  },
  '.cm-button': {
    height: '28px',
    borderRadius: '6px',
    border: '1px solid var(--hairline)',
    backgroundColor: 'var(--surface-2)',
    backgroundImage: 'none',
    color: 'var(--text-1)',
    fontSize: '13px',
  },
})

const colours = HighlightStyle.define([
  {
    tag: [tags.keyword, tags.operatorKeyword, tags.modifier, tags.controlKeyword],
    color: 'var(--accent)',
  },
  {
    tag: [tags.string, tags.special(tags.string), tags.regexp, tags.inserted],
    color: 'var(--good)',
  },
  { tag: [tags.number, tags.bool, tags.null, tags.atom], color: 'var(--working)' },
  { tag: [tags.comment, tags.quote], color: 'var(--text-3)', fontStyle: 'italic' },
  {
    tag: [tags.propertyName, tags.attributeName, tags.definition(tags.propertyName)],
    color: 'var(--working)',
  },
  { tag: [tags.tagName, tags.typeName, tags.className], color: 'var(--accent)' },
  {
    tag: [tags.function(tags.variableName), tags.definition(tags.variableName)],
    color: 'var(--text-1)',
    fontWeight: '500',
  },
  { tag: [tags.heading], color: 'var(--text-1)', fontWeight: '600' },
  { tag: [tags.strong], fontWeight: '600' },
  { tag: [tags.emphasis], fontStyle: 'italic' },
  { tag: [tags.link, tags.url], color: 'var(--accent)', textDecoration: 'underline' },
  { tag: [tags.monospace], color: 'var(--good)' },
  { tag: [tags.deleted, tags.invalid], color: 'var(--bad)' },
  { tag: [tags.meta, tags.processingInstruction, tags.punctuation], color: 'var(--text-2)' },
])

export const editorLook: Extension = [theme, syntaxHighlighting(colours)]
