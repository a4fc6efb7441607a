/// Buckets in PostgreSQL, for gateways that count together. It waits for a database, and is entered on virtual threads.
@NullMarked
package io.covenant.gateway.limits.postgres;

import org.jspecify.annotations.NullMarked;
