/// Real PostgreSQL for tests: Testcontainers where Docker answers, a process of this machine where it does not, the
/// same
/// tests on both.
///
/// Annotate a test class with [RealPostgres] and take a [TestDatabase] as a parameter, or hold one in a static field:
/// `static final TestDatabase ORDERS = PostgresInstance.shared().create("orders")`.
@NullMarked
package io.covenant.testing;

import org.jspecify.annotations.NullMarked;
