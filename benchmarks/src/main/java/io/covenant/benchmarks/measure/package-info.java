/// How anything is measured here: a closed loop of workers, rounds in which the contestants take turns,
/// medians, CPU time per process, and a table that says on which machine.
@NullMarked
package io.covenant.benchmarks.measure;

import org.jspecify.annotations.NullMarked;
