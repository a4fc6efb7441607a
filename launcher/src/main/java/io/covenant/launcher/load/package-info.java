/// Many orders at once, by a client that gives up on none and checks every answer.
@NullMarked
package io.covenant.launcher.load;

import org.jspecify.annotations.NullMarked;
