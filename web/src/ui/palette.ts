import type { Component } from 'vue'

/** One line of the command palette. */
export interface PaletteItem {
  id: string
  label: string
  group: string
  icon?: Component
  keys?: string
}
