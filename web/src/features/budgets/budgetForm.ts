import type { Budget } from '@/api/types'
import { text } from '@/text/en'

/** A budget as it is typed: dollars and minutes, empty for no limit. */
export interface BudgetForm {
  cost: string
  minutes: string
}

const MOST_COST = 1_000_000
const MOST_MINUTES = 1440

function plain(value: number): string {
  return String(Number(value.toFixed(2)))
}

export function formOf(budget: Budget): BudgetForm {
  return {
    cost: budget.cost_per_day === null ? '' : plain(budget.cost_per_day),
    minutes: budget.run_seconds === null ? '' : plain(budget.run_seconds / 60),
  }
}

/** "1,50" is how half of the world writes it. */
function numberOf(value: string): number | null {
  const typed = value.trim().replace(',', '.')
  return /^\d+(?:\.\d+)?$/.test(typed) ? Number(typed) : null
}

export function errorsOf(form: BudgetForm): { cost?: string; minutes?: string } {
  const cost = numberOf(form.cost)
  const minutes = numberOf(form.minutes)
  const costBad = form.cost.trim() !== '' && (cost === null || cost > MOST_COST)
  const minutesBad =
    form.minutes.trim() !== '' && (minutes === null || minutes < 1 || minutes > MOST_MINUTES)
  return {
    ...(costBad ? { cost: text.budget.costBad } : {}),
    ...(minutesBad ? { minutes: text.budget.secondsBad } : {}),
  }
}

export function budgetOf(form: BudgetForm): Budget {
  const minutes = numberOf(form.minutes)
  return {
    cost_per_day: numberOf(form.cost),
    run_seconds: minutes === null ? null : Math.round(minutes * 60),
  }
}

export function isChanged(form: BudgetForm, stored: Budget): boolean {
  const was = formOf(stored)
  return form.cost.trim() !== was.cost || form.minutes.trim() !== was.minutes
}
