/// What operators see and change while the gateway runs: behind a port of its own, by HTTP and JSON.
@NullMarked
package io.covenant.gateway.control;

import org.jspecify.annotations.NullMarked;
