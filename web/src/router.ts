import { createRouter, createWebHistory, type RouteLocationRaw } from 'vue-router'
import { twice, watchPageLoads } from './app/pageLoads'
import { decide, safeNext, type Verdict } from './app/guard'
import { useSession } from './stores/session'
import { text } from './text/en'

declare module 'vue-router' {
  interface RouteMeta {
    /** May be seen without a session. */
    open?: boolean
    title?: string
    /** Needs no server. */
    alone?: boolean
    /** Which entry of the navigation is the current one. */
    section?: 'dashboard' | 'agents' | 'templates' | 'credentials' | 'settings'
  }
}

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    {
      path: '/',
      name: 'dashboard',
      component: twice(() => import('./pages/DashboardPage.vue')),
      meta: { title: text.fleet.page, section: 'dashboard' },
    },
    {
      path: '/setup',
      name: 'setup',
      component: twice(() => import('./pages/SetupPage.vue')),
      meta: { open: true, title: text.setup.page },
    },
    {
      path: '/login',
      name: 'sign-in',
      component: twice(() => import('./pages/SignInPage.vue')),
      meta: { open: true, title: text.signIn.page },
    },
    {
      path: '/agents',
      name: 'agents',
      component: twice(() => import('./pages/AgentsPage.vue')),
      meta: { title: text.agents.page, section: 'agents' },
    },
    {
      path: '/agents/:name',
      name: 'agent',
      component: twice(() => import('./pages/AgentPage.vue')),
      props: true,
      meta: { section: 'agents' },
    },
    {
      path: '/agents/:name/executions/:id',
      name: 'execution',
      component: twice(() => import('./pages/ExecutionPage.vue')),
      props: true,
      meta: { section: 'agents' },
    },
    {
      path: '/templates',
      name: 'templates',
      component: twice(() => import('./pages/TemplatesPage.vue')),
      meta: { title: text.templates.page, section: 'templates' },
    },
    {
      path: '/credentials',
      name: 'credentials',
      component: twice(() => import('./pages/CredentialsPage.vue')),
      meta: { title: text.credentials.page, section: 'credentials' },
    },
    {
      path: '/audit',
      name: 'audit',
      component: twice(() => import('./pages/AuditPage.vue')),
      meta: { title: text.audit.page, section: 'settings' },
    },
    {
      path: '/settings',
      name: 'settings',
      component: twice(() => import('./pages/SettingsPage.vue')),
      meta: { title: text.settings.page, section: 'settings' },
    },
    // Only in development builds: what every part of the page looks like, in every state.
    ...(import.meta.env.DEV
      ? [
          {
            path: '/dev/ui',
            name: 'components',
            component: twice(() => import('./dev/ComponentsPage.vue')),
            meta: { open: true, alone: true, title: 'Components' },
          },
        ]
      : []),
    {
      path: '/:rest(.*)*',
      name: 'not-found',
      component: twice(() => import('./pages/NotFoundPage.vue')),
      meta: { title: text.notFound.page },
    },
  ],
})

function targetOf(verdict: Verdict): RouteLocationRaw | boolean {
  switch (verdict.kind) {
    case 'stay':
      return true
    case 'refuse':
      return false
    case 'setup':
      return { name: 'setup' }
    case 'sign-in':
      return { name: 'sign-in', query: verdict.next === null ? {} : { next: verdict.next } }
    case 'go':
      return verdict.path
  }
}

watchPageLoads(router)

router.beforeEach(async (to) => {
  const session = useSession()
  await session.start()
  const wanted = {
    path: to.fullPath,
    name: typeof to.name === 'string' ? to.name : null,
    open: to.meta.open === true,
    next: safeNext(to.query.next),
  }
  return targetOf(decide(wanted, session))
})

router.afterEach((to, from) => {
  // The agent page sets its own title, with the agent's name.
  if (to.meta.title !== undefined) document.title = text.title(to.meta.title)
  if (from.name !== undefined && to.path !== from.path) document.getElementById('content')?.focus()
})
