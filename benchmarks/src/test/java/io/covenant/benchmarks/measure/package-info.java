@NullMarked
package io.covenant.benchmarks.measure;

import org.jspecify.annotations.NullMarked;
