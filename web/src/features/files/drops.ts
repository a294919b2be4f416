import { ref, type Ref } from 'vue'

export interface DropTarget {
  /** Where the files that are held over it would go; null: none are. */
  folder: Readonly<Ref<string | null>>
  over: (event: DragEvent) => void
  leave: (event: DragEvent) => void
  drop: (event: DragEvent) => void
}

const holdsFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true

/** Takes files that are dragged in from outside. */
export function useDropTarget(
  folderUnder: (target: EventTarget | null) => string,
  taken: (folder: string, event: DragEvent) => void,
): DropTarget {
  const folder = ref<string | null>(null)
  return {
    folder,
    over(event) {
      if (!holdsFiles(event)) return
      event.preventDefault()
      if (event.dataTransfer !== null) event.dataTransfer.dropEffect = 'copy'
      folder.value = folderUnder(event.target)
    },
    leave(event) {
      const to = event.relatedTarget as Node | null
      if (to === null || !(event.currentTarget as HTMLElement).contains(to)) folder.value = null
    },
    drop(event) {
      if (!holdsFiles(event)) return
      event.preventDefault()
      const into = folderUnder(event.target)
      folder.value = null
      taken(into, event)
    },
  }
}

/** The files of a drop, and whether folders were among what was dropped. */
export function takeDrop(event: DragEvent): { files: File[]; foldersLeft: boolean } {
  const items = [...(event.dataTransfer?.items ?? [])].filter((item) => item.kind === 'file')
  const folders = items.filter((item) => item.webkitGetAsEntry()?.isDirectory === true)
  const files = items
    .filter((item) => !folders.includes(item))
    .map((item) => item.getAsFile())
    .filter((file) => file !== null)
  return { files, foldersLeft: folders.length > 0 }
}
