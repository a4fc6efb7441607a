/// The way to the instances: a client on the event loop that the request came on, with connections of its own.
@NullMarked
package io.covenant.gateway.upstream;

import org.jspecify.annotations.NullMarked;
