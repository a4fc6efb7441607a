@NullMarked
package io.covenant.consensus.transport;

import org.jspecify.annotations.NullMarked;
