/// Which instances answer so badly that they get nothing for a while.
@NullMarked
package io.covenant.balancing.outlier;

import org.jspecify.annotations.NullMarked;
