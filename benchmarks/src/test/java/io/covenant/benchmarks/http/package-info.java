@NullMarked
package io.covenant.benchmarks.http;

import org.jspecify.annotations.NullMarked;
