/// Leased locks, sessions and small files that survive their primary.
///
/// `namespace` is the replicated state, `primary` what its primary does with time, `node` a running replica
/// without a server around it, `web` the HTTP API, `operation` what operators see and do.
@NullMarked
package io.covenant.locks;

import org.jspecify.annotations.NullMarked;
