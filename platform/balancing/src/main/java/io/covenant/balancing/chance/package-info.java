/// Lots: where chance comes from, and how it is drawn by weight.
@NullMarked
package io.covenant.balancing.chance;

import org.jspecify.annotations.NullMarked;
