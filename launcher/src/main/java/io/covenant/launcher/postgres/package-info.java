/// PostgreSQL on one machine without Docker and without an installation: unpacks the server, starts it with durable
/// settings in a session of its own, knows afterwards which process it is, and sets up a database per service.
///
/// The way in is [PostgresServer]; [TemporaryPostgres] wraps one for tests and benchmarks; [ServiceDatabase] is the
/// provisioning that a server of any origin understands.
@NullMarked
package io.covenant.launcher.postgres;

import org.jspecify.annotations.NullMarked;
