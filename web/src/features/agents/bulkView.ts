import { useAutonomy } from '@/stores/autonomy'
import { useFleet } from '@/stores/fleet'
import type { BulkView } from './bulk'

export function useBulkView(): BulkView {
  const fleet = useFleet()
  const autonomy = useAutonomy()
  return {
    pendingOf: (name) => fleet.pending.get(name),
    isAutonomous: (agent) => autonomy.isOn(agent),
    maySwitch: (agent) => autonomy.maySwitch(agent),
    mayDelete: (agent) => fleet.mayDelete(agent),
  }
}
