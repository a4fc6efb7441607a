/// What every request goes through first and every answer last: an id, a path that means what it says, headers that
/// nobody forged, problem details (RFC 9457) for the gateway's own errors, one line in the log.
@NullMarked
package io.covenant.gateway.edge;

import org.jspecify.annotations.NullMarked;
