import { readonly, ref } from 'vue'

/** The theme of the page, for what is drawn by script and does not follow the style sheet by itself. */
const name = ref(document.documentElement.dataset.theme ?? '')
new MutationObserver(() => {
  name.value = document.documentElement.dataset.theme ?? ''
}).observe(document.documentElement, { attributeFilter: ['data-theme'] })

export const themeName = readonly(name)
