/// The gateway beside other proxies, on one core.
@NullMarked
package io.covenant.benchmarks.gateway;

import org.jspecify.annotations.NullMarked;
