/// Proxies that are measured beside the gateway; processes of their own.
@NullMarked
package io.covenant.benchmarks.proxies;

import org.jspecify.annotations.NullMarked;
