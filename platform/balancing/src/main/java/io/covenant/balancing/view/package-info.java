/// What operators see: the state of a service's instances, and why one of them was picked.
@NullMarked
package io.covenant.balancing.view;

import org.jspecify.annotations.NullMarked;
