/// The HTTP API: sessions, locks, files, elections and streams.
///
/// A node that does not lead answers 307 to the one that does. Every answer tells index, term and epoch.
@NullMarked
package io.covenant.locks.web;

import org.jspecify.annotations.NullMarked;
