@NullMarked
package io.covenant.benchmarks;

import org.jspecify.annotations.NullMarked;
