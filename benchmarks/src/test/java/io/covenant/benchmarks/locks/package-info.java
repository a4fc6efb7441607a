@NullMarked
package io.covenant.benchmarks.locks;

import org.jspecify.annotations.NullMarked;
