/// Measurements: the platform beside a floor written by hand, in one run on one machine.
@NullMarked
package io.covenant.benchmarks;

import org.jspecify.annotations.NullMarked;
