/// The whole of the nodes on one machine: which there are, where they answer, in which order they come and go.
///
/// The way in is [Platform].
@NullMarked
package io.covenant.launcher.platform;

import org.jspecify.annotations.NullMarked;
