/// Load over HTTP: requests by a schedule, or as fast as they are answered, and answers that cost nothing.
@NullMarked
package io.covenant.benchmarks.http;

import org.jspecify.annotations.NullMarked;
