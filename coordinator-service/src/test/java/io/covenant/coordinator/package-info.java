@NullMarked
package io.covenant.coordinator;

import org.jspecify.annotations.NullMarked;
