@NullMarked
package io.covenant.benchmarks.gateway;

import org.jspecify.annotations.NullMarked;
