/// Runs the whole of Covenant on one machine as real processes, without Docker: PostgreSQL and every service.
///
/// From outside to inside: `cli` is what people type, `demo` and `load` place orders, `invariants` checks the
/// databases, `platform` is all nodes together, `app` a service's build, `postgres` the database server,
/// `node` one process.
@NullMarked
package io.covenant.launcher;

import org.jspecify.annotations.NullMarked;
