/// WebSockets through the gateway, on the routes that take them.
@NullMarked
package io.covenant.gateway.sockets;

import org.jspecify.annotations.NullMarked;
