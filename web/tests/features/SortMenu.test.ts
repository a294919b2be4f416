import { flushPromises, mount } from '@vue/test-utils'
import { expect, it } from 'vitest'
import SortMenu from '@/features/agents/SortMenu.vue'
import type { Sort } from '@/features/agents/state'

it('orders the cards by what the heads of the table order by, and turns them round', async () => {
  const chosen: Sort[] = []
  const menu = mount(SortMenu, {
    props: {
      narrow: true,
      modelValue: { key: 'state', down: false },
      'onUpdate:modelValue': (sort: Sort) => {
        chosen.push(sort)
        void menu.setProps({ modelValue: sort })
      },
    },
    attachTo: document.body,
  })
  menu
    .get<HTMLElement>('[data-testid=agents-order]')
    .element.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }))
  await flushPromises()
  const items = () => [...document.querySelectorAll<HTMLElement>('[role=menuitemradio]')]
  const press = async (label: string) => {
    items()
      .find((one) => one.textContent?.trim() === label)
      ?.click()
    await flushPromises()
  }
  expect(items().map((one) => one.textContent?.trim())).toEqual([
    ...['Urgency', 'Name', 'CPU', 'Memory', 'Since', 'Owner'],
    ...['Most urgent first', 'Least urgent first'],
  ])
  // Figures begin with the largest.
  await press('CPU')
  await press('Smallest first')
  await press('Name')
  expect(chosen).toEqual([
    { key: 'cpu', down: true },
    { key: 'cpu', down: false },
    { key: 'name', down: false },
  ])
  menu.unmount()
})
