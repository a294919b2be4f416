import { defineAsyncComponent, type AsyncComponentLoader, type Component } from 'vue'
import LoadAgain from '@/layout/LoadAgain.vue'
import LoadAgainNotice from '@/layout/LoadAgainNotice.vue'

type Loader<T> = () => Promise<{ default: T }>

/**
 * A part of a page that is fetched when it is first shown. When that fails it is fetched once more; then it says so in its
 * place, with a button that loads the page again. A dialog has no place of its own: it says so as a notice.
 */
function lazy<T extends Component>(loader: Loader<T>, failed: Component): T {
  return defineAsyncComponent({
    loader: loader as AsyncComponentLoader<T>,
    errorComponent: failed,
    onError(_error, retry, fail, attempts) {
      if (attempts <= 1) retry()
      else fail()
    },
  }) as T
}

export const lazyPart = <T extends Component>(loader: Loader<T>): T => lazy(loader, LoadAgain)

export const lazyDialog = <T extends Component>(loader: Loader<T>): T =>
  lazy(loader, LoadAgainNotice)
