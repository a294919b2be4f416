import { useFleet } from '@/stores/fleet'
import type { FileEntry } from './entry'

/** Whether this person may read a file's content: what may hold secrets is its owner's and the administrators'. */
export function useMayRead(agent: () => string): (entry: FileEntry) => boolean {
  const fleet = useFleet()
  return (entry) => {
    const owned = fleet.agents.get(agent())
    return !entry.secret || (owned !== undefined && fleet.mayManage(owned))
  }
}
