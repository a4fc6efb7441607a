/// The guard at the resource: no lock service can keep a holder that was stopped from waking up late, so the resource
/// itself refuses what comes with an older token.
@NullMarked
package io.covenant.locks.fencing;

import org.jspecify.annotations.NullMarked;
