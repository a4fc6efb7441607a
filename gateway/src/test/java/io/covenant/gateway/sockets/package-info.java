@NullMarked
package io.covenant.gateway.sockets;

import org.jspecify.annotations.NullMarked;
