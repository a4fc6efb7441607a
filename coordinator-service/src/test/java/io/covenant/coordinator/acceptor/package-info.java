@NullMarked
package io.covenant.coordinator.acceptor;

import org.jspecify.annotations.NullMarked;
