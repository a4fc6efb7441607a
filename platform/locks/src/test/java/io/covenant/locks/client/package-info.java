@NullMarked
package io.covenant.locks.client;

import org.jspecify.annotations.NullMarked;
