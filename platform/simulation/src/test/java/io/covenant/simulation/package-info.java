@NullMarked
package io.covenant.simulation;

import org.jspecify.annotations.NullMarked;
