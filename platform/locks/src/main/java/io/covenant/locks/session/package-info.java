/// A client's session as a pure function of what happens to it: no clock, no thread, no socket, no randomness.
///
/// [SessionCore] is fed with [SessionInput]s, each with the [Moment] at which it happened, and says by [SessionEffect]s
/// what to send, to whom to tell an outcome, and which state the session is in. `io.covenant.locks.client` runs it over
/// HTTP; simulations run many of them in virtual time.
///
/// | state | handles | new grants |
/// |---|---|---|
/// | OPENING | none yet | wait |
/// | SAFE: the lease holds by the client's own clocks | valid | are told |
/// | JEOPARDY: it ran out here, the service may know better | not valid, may become so again | wait |
/// | EXPIRED: it is over, for good | dead | never |
/// | CLOSED: by the client | dead | never |
@NullMarked
package io.covenant.locks.session;

import org.jspecify.annotations.NullMarked;
