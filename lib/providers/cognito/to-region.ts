import { isRegion } from './is-region.js'
import { AUTH_OPTION_INVALID } from '../../errors.js'

/** Where a region is named: in an id, and perhaps in an option beside it. */
export interface RegionOptions {
  /** How errors call whose options they are. */
  readonly factory: string
  /** The option with the id. */
  readonly idOption: string
  /** What the id begins with, a region or not. */
  readonly home: string
  /** The option `region`; `undefined`: the region of the id. */
  readonly region: string | undefined
}

/**
 * The region that the options speak of.
 * @throws {AUTH_OPTION_INVALID} when they speak of none, or of two
 */
export function toRegion ({ factory, idOption, home, region = home }: RegionOptions): string {
  if (!isRegion(region)) {
    throw new AUTH_OPTION_INVALID(`${factory}.region must be an AWS region, like us-east-1${region === home ? `: ${factory}.${idOption} does not begin with one` : ''}`)
  }
  if (region !== home && isRegion(home)) {
    throw new AUTH_OPTION_INVALID(`${factory}.region must be ${home}, the region of ${factory}.${idOption}`)
  }
  return region
}
