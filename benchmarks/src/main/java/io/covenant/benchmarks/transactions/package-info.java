/// An order across two services' databases, all or nothing: what the platform makes of it beside what an expert writes
/// by hand, on the same servers, on the same tables, in turns.
@NullMarked
package io.covenant.benchmarks.transactions;

import org.jspecify.annotations.NullMarked;
