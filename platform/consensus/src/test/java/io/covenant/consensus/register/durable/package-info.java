@NullMarked
package io.covenant.consensus.register.durable;

import org.jspecify.annotations.NullMarked;
