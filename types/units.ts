/** A span of time in seconds. Lifetimes and tolerances. */
export type Seconds = number

/** A span of time in milliseconds. Timeouts. */
export type Milliseconds = number

/** A point in time in seconds since 1970-01-01T00:00:00Z, as `exp` and `iat` of RFC 7519 (section 2, NumericDate). */
export type EpochSeconds = number

/** A length in bytes. */
export type Bytes = number

/** A number of things. */
export type Count = number

/** One value or a list of them. */
export type OneOrMore<T> = T | readonly T[]
