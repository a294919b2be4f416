import type { InjectionKey, Ref } from 'vue'

/** The element in which the page scrolls; lists that draw only what is seen need it. */
export const scrollBoxKey: InjectionKey<Readonly<Ref<HTMLElement | null>>> = Symbol('scroll box')
