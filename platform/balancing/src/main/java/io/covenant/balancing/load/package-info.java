/// How busy and how good an instance is, as seen from here.
@NullMarked
package io.covenant.balancing.load;

import org.jspecify.annotations.NullMarked;
