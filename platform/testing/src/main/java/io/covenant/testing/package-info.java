/// What the tests of several modules share.
///
/// Real PostgreSQL, by Testcontainers where Docker answers and as a process of this machine where it does not,
/// the same tests on both: annotate a test class with [RealPostgres] and take a [TestDatabase] as a parameter,
/// or hold one in a static field, `static final TestDatabase ORDERS =
/// PostgresInstance.shared().create("orders")`.
///
/// A [ScriptedServer] behaves as badly as a test wants; [ShopArchitecture] holds what the code of every
/// business service keeps to.
@NullMarked
package io.covenant.testing;

import org.jspecify.annotations.NullMarked;
