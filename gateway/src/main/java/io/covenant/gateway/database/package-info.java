/// The gateway's own database, where it has one. Whoever asks it waits, and so does that on virtual threads.
@NullMarked
package io.covenant.gateway.database;

import org.jspecify.annotations.NullMarked;
