/// The register held against its tables, against every interleaving of a small world, and against chance in
/// larger ones.
@NullMarked
package io.covenant.consensus.register;

import org.jspecify.annotations.NullMarked;
