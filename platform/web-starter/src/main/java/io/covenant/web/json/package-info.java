/// JSON that takes no liberties with what a client wrote.
@NullMarked
package io.covenant.web.json;

import org.jspecify.annotations.NullMarked;
