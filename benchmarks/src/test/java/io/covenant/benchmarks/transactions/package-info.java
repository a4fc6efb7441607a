@NullMarked
package io.covenant.benchmarks.transactions;

import org.jspecify.annotations.NullMarked;
